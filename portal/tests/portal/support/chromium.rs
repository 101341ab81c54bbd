//! A real browser without a screen, led over WebDriver (W3C) by Debian's chromedriver.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Machines are slow when all tests run.
const PATIENCE: Duration = Duration::from_secs(40);

pub struct Chromium {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    _home: TempDir,
}

impl Chromium {
    /// Whether this computer should have one: Ubuntu's is a Snap, which has no driver beside it.
    pub fn is_expected() -> bool {
        let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        Path::new("/usr/bin/chromedriver").exists()
            || system.lines().any(|line| line == "ID=debian")
    }

    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: scripts/install-deps --portal installs it (chromium-driver)");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let port = line.split_once("successfully on port ")?.1.to_owned();
            Some(port.trim_end_matches('.').to_owned())
        });
        // What it says later is nobody's; its pipe must not fill.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        let mut browser = Self {
            driver,
            agent: agent.into(),
            session: format!("http://127.0.0.1:{}/session", port.unwrap()),
            _home: home,
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ];
        let options = json!({"binary": "/usr/bin/chromium", "args": arguments});
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let opened = browser.post("", &wanted).unwrap();
        let id = opened["sessionId"].as_str().unwrap();
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).unwrap();
    }

    /// Types into a field, in the place of what was there.
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.find(css);
        self.post(&format!("{field}/clear"), &json!({})).unwrap();
        self.post(&format!("{field}/value"), &json!({ "text": text }))
            .unwrap();
    }

    pub fn click(&self, css: &str) {
        // An error says that it was not clicked: the page was left just then.
        self.until(css, || {
            let element = self.find(css);
            self.post(&format!("{element}/click"), &json!({})).ok()
        });
    }

    /// What a person reads there.
    pub fn text(&self, css: &str) -> String {
        self.until(css, || self.text_now(css))
    }

    /// `None`: the page was left for another one just then.
    fn text_now(&self, css: &str) -> Option<String> {
        let text = self.get(&format!("{}/text", self.find(css))).ok()?;
        Some(text.as_str()?.to_owned())
    }

    /// Waits until a person reads this on the page.
    pub fn see(&self, text: &str) {
        self.until(text, || self.text_now("body")?.contains(text).then_some(()));
    }

    /// Whether a script has opened a dialogue.
    pub fn has_dialogue(&self) -> bool {
        self.get("/alert/text").is_ok()
    }

    pub fn back(&self) {
        self.post("/back", &json!({})).unwrap();
    }

    fn find(&self, css: &str) -> String {
        let wanted = json!({"using": "css selector", "value": css});
        self.until(css, || {
            let found = self.post("/element", &wanted).ok()?;
            let id = found.as_object()?.values().next()?.as_str()?.to_owned();
            Some(format!("/element/{id}"))
        })
    }

    fn until<T>(&self, what: &str, mut so: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = so() {
                return found;
            }
            let page = || self.get("/source");
            assert!(start.elapsed() < PATIENCE, "never: {what}; {:?}", page());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Value> {
        let post = self.agent.post(format!("{}{path}", self.session));
        value(post.send_json(body).unwrap())
    }

    fn get(&self, path: &str) -> Result<Value, Value> {
        value(
            self.agent
                .get(format!("{}{path}", self.session))
                .call()
                .unwrap(),
        )
    }
}

fn value(mut reply: ureq::http::Response<ureq::Body>) -> Result<Value, Value> {
    let good = reply.status() == 200;
    let mut body: Value = reply.body_mut().read_json().unwrap();
    let value = body["value"].take();
    if good { Ok(value) } else { Err(value) }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.agent.delete(self.session.clone()).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
