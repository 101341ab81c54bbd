//! Where results may go.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::html;
use serde::Deserialize;

use super::operator::{Operator, Submitted};
use super::page::{self, Page, Tab};
use super::{Refused, tenants};
use crate::api::Shared;
use crate::store::origins;

/// `GET /console/tenants/{tenant}/origins`
pub async fn list(
    State(service): State<Shared>,
    operator: Operator,
    Path(tenant): Path<String>,
) -> Result<Page, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let all = origins::list(&service.database, &tenant.id).await;
    let all = all.map_err(|error| Refused::database(&service, &error))?;
    let here = format!("{}/tenants/{}/origins", operator.base, tenant.id);
    let body = html! {
        @if all.is_empty() {
            p.empty { "There is none yet, so no result goes anywhere." }
        } @else {
            div.wide { table {
                thead { tr { th { "Origin" } th { "For keys" } th {} } }
                tbody {
                    @for (live, origin) in &all {
                        tr {
                            td { code { (origin) } }
                            td { (page::environment(*live)) }
                            td.actions { form method="post" action={ (here) "/remove" } {
                                (operator.token())
                                input type="hidden" name="origin" value=(origin);
                                input type="hidden" name="live" value=(live);
                                button.quiet { "Remove" }
                            } }
                        }
                    }
                }
            } }
        }
        section {
            h2 { "Add an origin" }
            form method="post" action=(here) {
                (operator.token())
                label {
                    "Origin"
                    input name="origin" required maxlength="300" placeholder="https://portal.example"
                        autocomplete="off" spellcheck="false";
                }
                p.hint {
                    "Exactly as browsers write it: " code { "https://portal.example" }
                    ", with its port if it is not 443. For test keys also "
                    code { "http://localhost:8080" } ". Or the scheme of an app: " code { "myapp:" }
                }
                label {
                    "For keys"
                    select name="live" {
                        option value="true" { "live" }
                        option value="false" { "test" }
                    }
                }
                button { "Add" }
            }
        }
    };
    Ok(page::of_tenant(&operator, &tenant, Tab::Origins, &body))
}

/// An origin, for live keys or for test keys.
#[derive(Deserialize)]
pub struct Origin {
    origin: String,
    live: bool,
}

/// `POST /console/tenants/{tenant}/origins`
pub async fn add(
    State(service): State<Shared>,
    Path(tenant): Path<String>,
    Submitted(operator, new): Submitted<Origin>,
) -> Result<Redirect, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let exact = origins::exact(new.origin.trim(), new.live).ok_or_else(|| {
        Refused::wrong(
            "This is no origin as browsers write it: https://, the host in lower case \
             (punycode), a port if it is not the usual one, and nothing after it.",
        )
    })?;
    let by = operator.by(&service);
    let added = origins::add(&service.database, by, &tenant.id, exact, new.live).await;
    added.map_err(|error| Refused::database(&service, &error))?;
    Ok(back(&operator, &tenant.id))
}

/// `POST /console/tenants/{tenant}/origins/remove`
pub async fn remove(
    State(service): State<Shared>,
    Path(tenant): Path<String>,
    Submitted(operator, old): Submitted<Origin>,
) -> Result<Redirect, Refused> {
    let tenant = tenants::of_page(&service, &tenant).await?;
    let by = operator.by(&service);
    let removed = origins::remove(&service.database, by, &tenant.id, &old.origin, old.live).await;
    match removed.map_err(|error| Refused::database(&service, &error))? {
        true => Ok(back(&operator, &tenant.id)),
        false => Err(Refused::conflict("This origin was not there.")),
    }
}

fn back(operator: &Operator, tenant: &str) -> Redirect {
    Redirect::to(&format!("{}/tenants/{tenant}/origins", operator.base))
}
