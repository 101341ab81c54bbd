//! What all pages look like.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use super::Operator;
use crate::store::tenants::Tenant;
use crate::time;

/// As it is sent.
pub type Page = Html<String>;

/// A page of whoever is logged in.
pub fn page(operator: &Operator, title: &str, body: &Markup) -> Page {
    let base = &operator.base;
    let top = html! {
        nav {
            a href=(base) { "Tenants" }
            a href={ (base) "/audit" } { "Audit log" }
        }
        form method="post" action={ (base) "/logout" } {
            (operator.token())
            span { (operator.name) }
            button.quiet { "Log out" }
        }
    };
    Html(whole(base, title, &top, body).into_string())
}

/// A page of nobody in particular.
pub fn bare(base: &str, title: &str, body: &Markup) -> Markup {
    whole(base, title, &html! {}, body)
}

fn whole(base: &str, title: &str, top: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · SecureSign" }
                link rel="stylesheet" href={ (base) "/console.css" };
            }
            body {
                header { a.brand href=(base) { "SecureSign" } (top) }
                main { h1 { (title) } (body) }
            }
        }
    }
}

/// What a tenant's page is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Its API keys.
    Keys,
    /// Where results may go.
    Origins,
    /// Signing sessions.
    Sessions,
    /// How often keys were validated.
    Usage,
    /// What holds for all of it.
    Settings,
}

const TABS: [(Tab, &str, &str); 5] = [
    (Tab::Keys, "Keys", ""),
    (Tab::Origins, "Origins", "/origins"),
    (Tab::Sessions, "Sessions", "/sessions"),
    (Tab::Usage, "Usage", "/usage"),
    (Tab::Settings, "Settings", "/settings"),
];

/// A page about a tenant.
pub fn of_tenant(operator: &Operator, tenant: &Tenant, tab: Tab, body: &Markup) -> Page {
    let here = format!("{}/tenants/{}", operator.base, tenant.id);
    let body = html! {
        p.about { code { (tenant.id) } (badges(tenant)) }
        nav.tabs {
            @for (other, name, path) in TABS {
                a href={ (here) (path) } aria-current=[(other == tab).then_some("page")] { (name) }
            }
            a href={ (operator.base) "/audit?tenant=" (tenant.id) } { "Audit log" }
        }
        (body)
    };
    page(operator, &tenant.name, &body)
}

/// What is particular about a tenant.
pub fn badges(tenant: &Tenant) -> Markup {
    html! {
        @if tenant.disabled { " " span.badge.bad { "disabled" } }
        @if tenant.require_session { " " span.badge { "session required" } }
    }
}

/// `live` or `test`.
pub fn environment(live: bool) -> Markup {
    let name = crate::store::keys::environment(live);
    html! { span.badge.live[live] { (name) } }
}

/// UTC.
pub fn when(milliseconds: i64) -> Markup {
    let text = time::text(milliseconds);
    html! { time datetime=(text) { (text.replace('T', " ").trim_end_matches('Z')) } }
}

/// …, or a dash.
pub fn when_if(milliseconds: Option<i64>) -> Markup {
    html! { @match milliseconds { Some(time) => (when(time)), None => "–" } }
}
