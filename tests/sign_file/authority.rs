//! A time stamp authority behind HTTP: OpenSSL answers, or somebody who should not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::software::Software;

/// What is done with a question.
#[derive(Clone, Copy)]
pub enum Manner {
    /// OpenSSL answers it.
    Honest,
    /// The answer to the question before, and none to the first one.
    Late,
    /// A page for people.
    Page,
    /// Another address is named.
    Elsewhere,
    /// More than there is room for.
    Endless,
    /// Nothing is said, and the line is kept.
    Silent,
}

/// It listens until the test ends.
pub struct Server {
    pub address: String,
    manner: Arc<Mutex<Manner>>,
}

impl Server {
    pub fn start(software: Software) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}/tsa", listener.local_addr().unwrap());
        let manner = Arc::new(Mutex::new(Manner::Honest));
        let shared = manner.clone();
        thread::spawn(move || {
            let mut last = Vec::new();
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(question) = read(&mut stream) else {
                    continue;
                };
                let ours = software.time_stamp(&question);
                let manner = *shared.lock().unwrap();
                match manner {
                    Manner::Honest => say(&mut stream, "200 OK", &ours),
                    Manner::Late => say(&mut stream, "200 OK", &last),
                    Manner::Page => say(&mut stream, "200 OK", b"<html>Welcome</html>"),
                    Manner::Elsewhere => {
                        say(
                            &mut stream,
                            "302 Found\r\nLocation: http://127.0.0.1:9/",
                            b"",
                        );
                    }
                    Manner::Endless => say(&mut stream, "200 OK", &[0x30; 1 << 20]),
                    Manner::Silent => kept.push(stream),
                }
                last = ours;
            }
        });
        Self { address, manner }
    }

    pub fn be(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }
}

/// The body of a POST of a question.
fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            assert!(head.starts_with("post /tsa "), "{head}");
            assert!(
                head.contains("content-type: application/timestamp-query"),
                "{head}"
            );
            let length = head.split("content-length: ").nth(1)?;
            let length: usize = length.lines().next()?.trim().parse().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some(bytes[end + 4..].to_vec());
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

fn say(stream: &mut TcpStream, status: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whoever asked may have hung up.
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}
