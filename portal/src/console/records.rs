//! What happened: sessions, how often keys were used, and who did what.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use url::form_urlencoded;

use super::operator::Operator;
use super::page::{self, Page, Tab, when, when_if};
use super::{Refused, tenants};
use crate::api::Shared;
use crate::store::audit::{self, Line};
use crate::store::sessions::{self, State as Became};
use crate::store::usage::{self, Day};
use crate::time;

/// `GET /console/tenants/{tenant}/sessions`
pub async fn sessions(
    State(service): State<Shared>,
    operator: Operator,
    Path(tenant): Path<String>,
) -> Result<Page, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let all = sessions::list(&service.database, &tenant.id).await;
    let all = all.map_err(|error| Refused::database(&service, &error))?;
    let body = html! {
        p.hint { "The last hundred. A session is removed a day after its end. Times are UTC." }
        @if all.is_empty() {
            p.empty { "There is none." }
        } @else {
            div.wide { table {
                thead { tr {
                    th { "Request" } th { "Document" } th { "Key" } th { "State" } th { "Opened" }
                    th { "Ends" } th { "Used" }
                } }
                tbody { @for session in &all { tr {
                    td { code { (session.request_id) } }
                    td { (session.document_type) }
                    td { code { (session.key_id) } }
                    td { @match session.state {
                        Became::Open => span.badge { "open" },
                        Became::Used => span.badge.good { "used" },
                        Became::Expired => span.badge.bad { "expired" },
                    } }
                    td { (when(session.created_at)) }
                    td { (when(session.expires_at)) }
                    td { (when_if(session.used_at)) }
                } } }
            } }
        }
    };
    Ok(page::of_tenant(&operator, &tenant, Tab::Sessions, &body))
}

/// Days that are shown.
const DAYS: i64 = 30;

/// `GET /console/tenants/{tenant}/usage`
pub async fn usage(
    State(service): State<Shared>,
    operator: Operator,
    Path(tenant): Path<String>,
) -> Result<Page, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let counts = usage::by_day(&service.database, &tenant.id, DAYS).await;
    let counts = counts.map_err(|error| Refused::database(&service, &error))?;
    let body = html! {
        p.hint {
            "How often keys were validated in the last " (DAYS) " days (UTC). Counts are written "
            "every five seconds."
        }
        @if counts.is_empty() { p.empty { "Nothing was counted." } } @else { (days(&counts)) (answers(&counts)) }
    };
    Ok(page::of_tenant(&operator, &tenant, Tab::Usage, &body))
}

/// Accepted and refused of each day, newest first.
fn days(counts: &[Day]) -> Markup {
    let mut days: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for count in counts {
        let (accepted, refused) = days.entry(count.day).or_default();
        *(if count.code == "OK" {
            accepted
        } else {
            refused
        }) += count.n;
    }
    let most = days.values().map(|(a, r)| a + r).max().unwrap_or_default();
    html! {
        div.wide { table {
            thead { tr { th { "Day" } th { "Accepted" } th { "Refused" } th { "Together" } } }
            tbody { @for (day, (accepted, refused)) in days.iter().rev() { tr {
                td { (time::day(*day)) }
                td.number { (accepted) }
                td.number { (refused) }
                td { meter min="0" max=(most) value=(accepted + refused) { (accepted + refused) } }
            } } }
        } }
    }
}

/// Of all those days together: each key, and each answer that it got.
fn answers(counts: &[Day]) -> Markup {
    let mut answers: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for count in counts {
        *answers.entry((&count.key_id, &count.code)).or_default() += count.n;
    }
    html! {
        h2 { "By key and answer" }
        div.wide { table {
            thead { tr { th { "Key" } th { "Answer" } th { "Times" } } }
            tbody { @for ((key, code), n) in answers { tr {
                td { code { (key) } } td { code { (code) } } td.number { (n) }
            } } }
        } }
    }
}

/// Lines on a page of the audit log.
const LINES: u8 = 50;

/// What the audit log's lines begin with, and how that is called.
const KINDS: [(&str, &str); 6] = [
    ("", "everything"),
    ("tenant.", "tenants"),
    ("key.", "keys"),
    ("origin.", "origins"),
    ("session.", "sessions"),
    ("console.", "this console"),
];

/// Which lines of the audit log.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    action: String,
    before: Option<i64>,
}

/// `GET /console/audit`
pub async fn audit(
    State(service): State<Shared>,
    operator: Operator,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Page, Refused> {
    let Query(asked) = asked.map_err(|_| Refused::not_found())?;
    let wanted = audit::Wanted {
        tenant: Some(&asked.tenant),
        action: &asked.action,
        before: asked.before,
    };
    // One more than is shown tells whether there is another page.
    let lines = audit::last(&service.database, &wanted, i64::from(LINES) + 1).await;
    let mut lines = lines.map_err(|error| Refused::database(&service, &error))?;
    let more = lines.len() > LINES.into();
    lines.truncate(LINES.into());
    let older = lines.last().filter(|_| more).map(|last| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("tenant", &asked.tenant)
            .append_pair("action", &asked.action)
            .append_pair("before", &last.number.to_string())
            .finish();
        format!("{}/audit?{query}", operator.base)
    });
    let body = html! {
        (filter(&operator, &asked))
        @if lines.is_empty() { p.empty { "There is nothing." } } @else { (table(&lines)) }
        @if let Some(older) = older { p { a href=(older) { "Older" } } }
    };
    Ok(page::page(&operator, "Audit log", &body))
}

fn filter(operator: &Operator, asked: &Asked) -> Markup {
    html! {
        form.filter method="get" action={ (operator.base) "/audit" } {
            label {
                "Tenant"
                input name="tenant" value=(asked.tenant) placeholder="all" maxlength="100"
                    autocomplete="off" spellcheck="false";
            }
            label {
                "About"
                select name="action" {
                    @for (begin, name) in KINDS {
                        option value=(begin) selected[begin == asked.action] { (name) }
                    }
                }
            }
            button { "Show" }
        }
    }
}

fn table(lines: &[Line]) -> Markup {
    const HEADS: [&str; 7] = ["Tenant", "Who", "What", "Key", "Origin", "Request", "More"];
    html! {
        div.wide { table.small {
            thead { tr { th { "Time (UTC)" } @for head in HEADS { th { (head) } } } }
            tbody { @for line in lines { tr {
                td { (when(line.at)) }
                @for field in &line.fields { td { (field) } }
            } } }
        } }
    }
}
