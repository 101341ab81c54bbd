//! Tenants, and what holds for all of one.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::Refused;
use super::operator::{Operator, Submitted};
use super::page::{self, Page, Tab};
use crate::api::Shared;
use crate::store::tenants::{self, Setting, Tenant};

/// The tenant of a page.
pub async fn of_page(service: &Shared, id: &str) -> Result<Tenant, Refused> {
    let tenant = tenants::one(&service.database, id).await;
    let tenant = tenant.map_err(|error| Refused::database(service, &error))?;
    tenant.ok_or_else(Refused::not_found)
}

/// `GET /console`
pub async fn list(State(service): State<Shared>, operator: Operator) -> Result<Page, Refused> {
    let all = tenants::list(&service.database).await;
    let all = all.map_err(|error| Refused::database(&service, &error))?;
    let body = html! {
        @if all.is_empty() {
            p.empty { "There is none yet. Add one for each portal." }
        } @else {
            div.wide { table {
                thead { tr { th { "Name" } th { "Id" } th { "State" } } }
                tbody {
                    @for tenant in &all {
                        tr {
                            td { a href={ (operator.base) "/tenants/" (tenant.id) } { (tenant.name) } }
                            td { code { (tenant.id) } }
                            td {
                                @if !tenant.disabled && !tenant.require_session { "enabled" }
                                (page::badges(tenant))
                            }
                        }
                    }
                }
            } }
        }
        (adding(&operator))
    };
    Ok(page::page(&operator, "Tenants", &body))
}

fn adding(operator: &Operator) -> Markup {
    html! {
        section {
            h2 { "Add a tenant" }
            form method="post" action=(operator.base) {
                (operator.token())
                label { "Name" input name="name" required maxlength="100" autocomplete="off"; }
                label.check {
                    input type="checkbox" name="require_session" value="true";
                    "Sign no link without a session"
                }
                button { "Add" }
            }
        }
    }
}

/// A tenant to be added.
#[derive(Deserialize)]
pub struct New {
    name: String,
    #[serde(default)]
    require_session: bool,
}

/// `POST /console`
pub async fn add(
    State(service): State<Shared>,
    Submitted(operator, new): Submitted<New>,
) -> Result<Redirect, Refused> {
    let name = new.name.trim();
    if name.is_empty() || !crate::store::is_line(name) {
        return Err(Refused::wrong(
            "A name has one line, of at most 100 characters.",
        ));
    }
    let by = operator.by(&service);
    let id = tenants::add(&service.database, by, name, new.require_session).await;
    let id = id.map_err(|error| Refused::database(&service, &error))?;
    Ok(Redirect::to(&format!("{}/tenants/{id}", operator.base)))
}

/// `GET /console/tenants/{tenant}/settings`
pub async fn settings(
    State(service): State<Shared>,
    operator: Operator,
    Path(tenant): Path<String>,
) -> Result<Page, Refused> {
    let tenant = of_page(&service, &tenant).await?;
    let (session, disabled) = (tenant.require_session, tenant.disabled);
    let body = html! {
        section {
            h2 { "Sessions" }
            p {
                @if session { "A link is signed only with a session that this tenant's server opened." }
                @else {
                    "A link is signed with a session or without. Require sessions as soon as all of "
                    "the portal's links have one: API keys stand in pages."
                }
            }
            (switch(&operator, &tenant, "require_session", !session, match session {
                true => "Sign links without a session too",
                false => "Require a session",
            }))
        }
        section {
            h2 { "Keys" }
            p {
                @if disabled { "Every key of this tenant is refused." }
                @else { "The keys of this tenant are accepted. When it is disabled, every one of them is refused." }
            }
            (switch(&operator, &tenant, "disabled", !disabled, match disabled {
                true => "Enable this tenant",
                false => "Disable this tenant",
            }))
        }
    };
    Ok(page::of_tenant(&operator, &tenant, Tab::Settings, &body))
}

fn switch(operator: &Operator, tenant: &Tenant, name: &str, on: bool, text: &str) -> Markup {
    html! {
        form method="post" action={ (operator.base) "/tenants/" (tenant.id) "/settings" } {
            (operator.token())
            input type="hidden" name="setting" value=(name);
            input type="hidden" name="on" value=(on);
            button.danger[name == "disabled" && on] { (text) }
        }
    }
}

/// A setting to be changed.
#[derive(Deserialize)]
pub struct Change {
    setting: Name,
    on: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    RequireSession,
    Disabled,
}

/// `POST /console/tenants/{tenant}/settings`
pub async fn set(
    State(service): State<Shared>,
    Path(tenant): Path<String>,
    Submitted(operator, change): Submitted<Change>,
) -> Result<Redirect, Refused> {
    let setting = match change.setting {
        Name::RequireSession => Setting::RequireSession(change.on),
        Name::Disabled => Setting::Disabled(change.on),
    };
    let done = tenants::set(&service.database, operator.by(&service), &tenant, setting).await;
    match done.map_err(|error| Refused::database(&service, &error))? {
        true => Ok(Redirect::to(&format!(
            "{}/tenants/{tenant}/settings",
            operator.base
        ))),
        false => Err(Refused::not_found()),
    }
}
