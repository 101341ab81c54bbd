//! A tenant's API keys.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::operator::{Operator, Submitted};
use super::page::{self, Page, Tab, when, when_if};
use super::{Refused, tenants};
use crate::api::Shared;
use crate::store::keys::{self, DAYS, HOURS, Listed, Made, New, Purpose, RPM};
use crate::store::tenants::Tenant;

/// `GET /console/tenants/{tenant}`
pub async fn list(
    State(service): State<Shared>,
    operator: Operator,
    Path(tenant): Path<String>,
) -> Result<Page, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let all = keys::list(&service.database, &tenant.id, "").await;
    let all = all.map_err(|error| Refused::database(&service, &error))?;
    let here = format!("{}/tenants/{}/keys", operator.base, tenant.id);
    let body = html! {
        @if all.is_empty() {
            p.empty { "There is none yet." }
        } @else {
            div.wide { table {
                thead { tr {
                    th { "Key" } th { "Kind" } th { "For" } th { "Calls a minute" } th { "Added" }
                    th { "Ends" } th { "State" } th {}
                } }
                tbody { @for key in &all { (row(&operator, &here, key)) } }
            } }
        }
        (adding(&operator, &here))
    };
    Ok(page::of_tenant(&operator, &tenant, Tab::Keys, &body))
}

fn row(operator: &Operator, here: &str, key: &Listed) -> Markup {
    html! {
        tr {
            td {
                @if !key.label.is_empty() { strong { (key.label) } br; }
                code { (key.id) } br; span.hint { "ends with " code { (key.hint) } }
            }
            td { (page::environment(key.live)) }
            td { (key.purpose.as_str()) }
            td.number { (key.rpm) }
            td { (when(key.created_at)) }
            td { (when_if(key.expires_at)) }
            td {
                @if key.revoked_at.is_some() { span.badge.bad { "revoked" } br; (when_if(key.revoked_at)) }
                @else if key.good { span.badge.good { "accepted" } }
                @else { span.badge.bad { "ended" } }
            }
            td.actions { @if key.good { (rotating(operator, here, key)) (revoking(operator, here, key)) } }
        }
    }
}

fn rotating(operator: &Operator, here: &str, key: &Listed) -> Markup {
    html! {
        details {
            summary { "Rotate…" }
            form method="post" action={ (here) "/" (key.id) "/rotate" } {
                (operator.token())
                label {
                    "Hours that the old one goes on"
                    input type="number" name="hours" value="24" min=(HOURS.start()) max=(HOURS.end()) required;
                }
                button { "Make a new key" }
            }
        }
    }
}

fn revoking(operator: &Operator, here: &str, key: &Listed) -> Markup {
    html! {
        details {
            summary { "Revoke…" }
            form method="post" action={ (here) "/" (key.id) "/revoke" } {
                (operator.token())
                label.check {
                    input type="checkbox" name="last" value="true";
                    "even if it is the last one of its kind"
                }
                button.danger { "Refuse it from now on" }
            }
        }
    }
}

fn adding(operator: &Operator, here: &str) -> Markup {
    html! {
        section {
            h2 { "Add a key" }
            form method="post" action=(here) {
                (operator.token())
                label { "Label, for people" input name="label" maxlength="100" autocomplete="off"; }
                label {
                    "Kind"
                    select name="live" {
                        option value="true" { "live" }
                        option value="false" { "test: for test origins and this computer" }
                    }
                }
                label {
                    "For"
                    select name="purpose" {
                        option value="server" { "the portal's server alone: it stands in no link" }
                        option value="link" { "links alone: it can only be validated" }
                        option value="any" selected { "both, as the published service has it" }
                    }
                }
                label {
                    "Calls a minute, from each client network"
                    input type="number" name="rpm" value="120" min=(RPM.start()) max=(RPM.end()) required;
                }
                label {
                    "Days until it ends; never, if empty"
                    input type="number" name="days" min=(DAYS.start()) max=(DAYS.end());
                }
                button { "Add" }
            }
        }
    }
}

/// A key to be made.
#[derive(Deserialize)]
pub struct Wanted {
    label: String,
    live: bool,
    purpose: Purpose,
    rpm: u32,
    /// Empty where it does not end.
    days: String,
}

/// `POST /console/tenants/{tenant}/keys`
pub async fn add(
    State(service): State<Shared>,
    Path(tenant): Path<String>,
    Submitted(operator, wanted): Submitted<Wanted>,
) -> Result<Page, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let wrong = |text: &'static str| Refused::wrong(text);
    let days = match wanted.days.as_str() {
        "" => None,
        text => Some(
            text.parse::<u32>()
                .map_err(|_| wrong("The days are no number."))?,
        ),
    };
    if !crate::store::is_line(&wanted.label) {
        return Err(wrong("A label has one line, of at most 100 characters."));
    }
    if !RPM.contains(&wanted.rpm.into()) || !days.is_none_or(|days| DAYS.contains(&days.into())) {
        return Err(wrong("A number is out of its range."));
    }
    let new = New {
        tenant: &tenant.id,
        live: wanted.live,
        purpose: wanted.purpose,
        label: &wanted.label,
        rpm: wanted.rpm,
        days,
    };
    let made = keys::add(&service.database, operator.by(&service), &new).await;
    let made = made.map_err(|error| Refused::database(&service, &error))?;
    Ok(shown(&operator, &tenant, &made))
}

/// The one page that shows a key.
fn shown(operator: &Operator, tenant: &Tenant, made: &Made) -> Page {
    let body = html! {
        section.once {
            h2 { "The new key" }
            p { "It is shown this once. Copy it now: nobody can look it up later." }
            p { code.key { (*made.key) } }
            dl {
                dt { "Id" } dd { code { (made.id) } }
                dt { "SHA-256, which a visitor's settings list" } dd { code { (made.fingerprint()) } }
            }
            p { a href={ (operator.base) "/tenants/" (tenant.id) } { "I have copied it" } }
        }
    };
    page::of_tenant(operator, tenant, Tab::Keys, &body)
}

/// The key of a form, where it is this tenant's.
async fn of_tenant(service: &Shared, tenant: &str, id: &str) -> Result<Listed, Refused> {
    let key = keys::one(&service.database, id).await;
    let key = key.map_err(|error| Refused::database(service, &error))?;
    key.filter(|key| key.tenant == tenant)
        .ok_or_else(Refused::not_found)
}

/// How long the old key goes on.
#[derive(Deserialize)]
pub struct Rotation {
    hours: u32,
}

/// `POST /console/tenants/{tenant}/keys/{key}/rotate`
pub async fn rotate(
    State(service): State<Shared>,
    Path((tenant, key)): Path<(String, String)>,
    Submitted(operator, rotation): Submitted<Rotation>,
) -> Result<Page, Refused> {
    if !HOURS.contains(&rotation.hours.into()) {
        return Err(Refused::wrong("A number is out of its range."));
    }
    let tenant = tenants::of_page(&service, &tenant).await?;
    let old = of_tenant(&service, &tenant.id, &key).await?;
    let by = operator.by(&service);
    let made = keys::rotate(&service.database, by, &old, rotation.hours).await;
    let made = made.map_err(|error| Refused::key(&service, &error))?;
    Ok(shown(&operator, &tenant, &made))
}

/// Whether it may be the last one.
#[derive(Deserialize)]
pub struct Revocation {
    #[serde(default)]
    last: bool,
}

/// `POST /console/tenants/{tenant}/keys/{key}/revoke`
pub async fn revoke(
    State(service): State<Shared>,
    Path((tenant, key)): Path<(String, String)>,
    Submitted(operator, revocation): Submitted<Revocation>,
) -> Result<Redirect, Refused> {
    let old = of_tenant(&service, &tenant, &key).await?;
    let by = operator.by(&service);
    let done = keys::revoke(&service.database, by, &old, revocation.last).await;
    done.map_err(|error| Refused::key(&service, &error))?;
    Ok(Redirect::to(&format!("{}/tenants/{tenant}", operator.base)))
}
