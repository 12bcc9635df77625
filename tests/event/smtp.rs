//! A mail server with moods: it holds real conversations and remembers every message it saw.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};

/// How the server treats what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Accepts,
    /// Takes its time over every message and accepts it.
    Slow,
    /// Says this to every recipient: 550 never, 450 not now.
    Refuses(u16),
    /// Says nothing more once a recipient was named.
    Stalls,
    /// Has the whole message, then hangs up without a word.
    DropsAfterData,
    /// Hangs up at once.
    Away,
}

/// A message that reached its last line, accepted or not.
#[derive(Clone, Debug)]
pub struct Message {
    pub to: String,
    pub id: String,
    pub text: String,
    pub accepted: bool,
}

struct Memory {
    mood: Mutex<Mood>,
    messages: Mutex<Vec<Message>>,
    logins: Mutex<Vec<String>>,
}

pub struct MailServer {
    pub address: String,
    memory: Arc<Memory>,
}

struct Conversation {
    memory: Arc<Memory>,
    to: String,
    bytes: Vec<u8>,
    hangs_up: Arc<Mutex<bool>>,
}

impl MailServer {
    pub fn open(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let memory = Arc::new(Memory { mood: Mutex::new(mood), messages: Mutex::default(), logins: Mutex::default() });
        let remembers = Arc::clone(&memory);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let memory = Arc::clone(&remembers);
                // A client that hangs up in the middle is part of the stories.
                thread::spawn(move || drop(converse(&stream, memory)));
            }
        });
        Self { address, memory }
    }

    pub fn becomes(&self, mood: Mood) {
        *self.memory.mood.lock().unwrap() = mood;
    }

    pub fn messages(&self) -> Vec<Message> {
        self.memory.messages.lock().unwrap().clone()
    }

    pub fn accepted(&self) -> Vec<Message> {
        self.messages().into_iter().filter(|message| message.accepted).collect()
    }

    pub fn logins(&self) -> Vec<String> {
        self.memory.logins.lock().unwrap().clone()
    }
}

impl Memory {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }
}

impl Handler for Conversation {
    fn auth_plain(&mut self, _: &str, name: &str, password: &str) -> Response {
        self.memory.logins.lock().unwrap().push(format!("{name}:{password}"));
        response::AUTH_OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.to);
        match self.memory.mood() {
            Mood::Refuses(code) => Response::custom(code, format!("<{to}> is not wanted")),
            Mood::Stalls => {
                thread::sleep(Duration::from_secs(3600));
                response::OK
            }
            _ => response::OK,
        }
    }

    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mood = self.memory.mood();
        if mood == Mood::Slow {
            thread::sleep(Duration::from_millis(20));
        }
        let text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
        let accepted = mood != Mood::DropsAfterData;
        *self.hangs_up.lock().unwrap() = !accepted;
        let message = Message { to: self.to.clone(), id, text, accepted };
        self.memory.messages.lock().unwrap().push(message);
        response::OK
    }
}

fn converse(stream: &TcpStream, memory: Arc<Memory>) -> std::io::Result<()> {
    if memory.mood() == Mood::Away {
        return Ok(());
    }
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let hangs_up = Arc::new(Mutex::new(false));
    let watched = Arc::clone(&memory);
    let handler = Conversation { memory, to: String::new(), bytes: Vec::new(), hangs_up: Arc::clone(&hangs_up) };
    let mut session = SessionBuilder::new("mail.example.com")
        .enable_auth(AuthMechanism::Plain)
        .insecure_enable_plaintext_auth()
        .build(IpAddr::V4(Ipv4Addr::LOCALHOST), handler);
    session.greeting().write_to(&mut writer)?;
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        line.clear();
        if *hangs_up.lock().unwrap() || watched.mood() == Mood::Away {
            return Ok(());
        }
        answer.write_to(&mut writer)?;
        writer.flush()?;
        if answer.action == Action::Close {
            return Ok(());
        }
    }
    Ok(())
}
