//! A browser without a screen: it keeps cookies and follows redirects.

use std::time::Duration;

pub struct Browser {
    agent: ureq::Agent,
    base: String,
    /// What its cookies must be set with.
    attributes: &'static str,
    pub cookie: Option<String>,
}

pub struct Page {
    pub status: u16,
    pub text: String,
    /// Content-Security-Policy.
    pub policy: Option<String>,
    /// Referrer-Policy.
    pub referrer: Option<String>,
    /// X-Frame-Options.
    pub frame: Option<String>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self::with(base, "; HttpOnly; SameSite=Lax")
    }

    /// One that takes only cookies that no other site's links bring along.
    pub fn strict(base: &str) -> Self {
        Self::with(base, "; HttpOnly; SameSite=Strict")
    }

    fn with(base: &str, attributes: &'static str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // The service may close an idle connection at any time; a browser would ask anew.
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            agent: agent.into(),
            base: base.to_owned(),
            attributes,
            cookie: None,
        }
    }

    pub fn get(&mut self, path: &str) -> Page {
        let reply = self.fetch(path);
        self.page(reply)
    }

    pub fn download(&mut self, path: &str) -> Vec<u8> {
        self.fetch(path).body_mut().read_to_vec().unwrap()
    }

    fn fetch(&self, path: &str) -> ureq::http::Response<ureq::Body> {
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let get = self.agent.get(format!("{}{path}", self.base));
        get.header("cookie", cookie).call().unwrap()
    }

    pub fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let post = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("cookie", cookie);
        let reply = post.send_form(form.iter().copied()).unwrap();
        self.page(reply)
    }

    pub fn upload(&mut self, path: &str, bytes: &[u8]) -> Page {
        let post = self.agent.post(format!("{}{path}", self.base));
        let reply = post.send(bytes).unwrap();
        self.page(reply)
    }

    /// Where it is sent on to.
    pub fn post_for_redirect(&self, path: &str, form: &[(&str, &str)]) -> String {
        let post = self.agent.post(format!("{}{path}", self.base));
        let reply = post.send_form(form.iter().copied()).unwrap();
        assert_eq!(reply.status(), 303);
        reply.headers()["location"].to_str().unwrap().to_owned()
    }

    fn page(&mut self, mut reply: ureq::http::Response<ureq::Body>) -> Page {
        let header = |name: &str| {
            let value = reply.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        if let Some(cookie) = header("set-cookie") {
            assert!(cookie.contains(self.attributes), "{cookie}");
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        if let Some(to) = header("location") {
            return self.get(&to);
        }
        Page {
            status: reply.status().as_u16(),
            policy: header("content-security-policy"),
            referrer: header("referrer-policy"),
            frame: header("x-frame-options"),
            text: reply.body_mut().read_to_string().unwrap(),
        }
    }
}
