//! A mail server with moods: it holds real conversations and remembers every message it saw.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

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
    /// Has the whole message, and answers when the story says so ([`MailServer::answers`]).
    Ponders,
    /// Hangs up at once.
    Away,
}

/// How the server guards what is said to it.
#[derive(Clone)]
pub enum Guard {
    /// In the clear, credentials too.
    Open,
    /// Takes nothing, credentials least of all, before the line was encrypted by STARTTLS.
    StartTls(Arc<ServerConfig>),
    /// Encrypted from the first byte.
    Implicit(Arc<ServerConfig>),
}

/// An authority of a union's own, with one server it vouches for.
pub struct Authority {
    /// Its certificate, as a file holds it.
    pub pem: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Vouches for `host`.
    pub fn vouching_for(host: &str) -> Self {
        let mut own = CertificateParams::new([]).unwrap();
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = own.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(own, key);
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let chain = vec![CertificateDer::from(server)];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        Self { pem, config: Arc::new(config) }
    }

    pub fn starttls(&self) -> Guard {
        Guard::StartTls(Arc::clone(&self.config))
    }

    pub fn implicit(&self) -> Guard {
        Guard::Implicit(Arc::clone(&self.config))
    }
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
    /// Every line said to it in the clear.
    overheard: Mutex<Vec<String>>,
    lines: AtomicUsize,
    /// So many recipients more are answered by hanging up.
    drops: AtomicUsize,
    answers: Mutex<bool>,
    answering: Condvar,
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
        Self::guarded(mood, Guard::Open)
    }

    pub fn guarded(mood: Mood, guard: Guard) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let memory = Arc::new(Memory {
            mood: Mutex::new(mood),
            messages: Mutex::default(),
            logins: Mutex::default(),
            overheard: Mutex::default(),
            lines: AtomicUsize::new(0),
            drops: AtomicUsize::new(0),
            answers: Mutex::new(false),
            answering: Condvar::new(),
        });
        let remembers = Arc::clone(&memory);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (memory, guard) = (Arc::clone(&remembers), guard.clone());
                memory.lines.fetch_add(1, Ordering::SeqCst);
                // A client that hangs up in the middle is part of the stories.
                thread::spawn(move || drop(converse(stream, memory, &guard)));
            }
        });
        Self { address, memory }
    }

    pub fn becomes(&self, mood: Mood) {
        *self.memory.mood.lock().unwrap() = mood;
    }

    /// Hangs up on so many letters more when their recipient is named, whatever its mood.
    pub fn drops(&self, lines: usize) {
        self.memory.drops.store(lines, Ordering::SeqCst);
    }

    /// Has pondered long enough.
    pub fn answers(&self) {
        *self.memory.answers.lock().unwrap() = true;
        self.memory.answering.notify_all();
    }

    pub fn messages(&self) -> Vec<Message> {
        self.memory.messages.lock().unwrap().clone()
    }

    pub fn accepted(&self) -> Vec<Message> {
        self.messages().into_iter().filter(|message| message.accepted).collect()
    }

    /// How many lines were opened to it.
    pub fn lines(&self) -> usize {
        self.memory.lines.load(Ordering::SeqCst)
    }

    /// What anybody on the way could read.
    pub fn overheard(&self) -> String {
        self.memory.overheard.lock().unwrap().concat()
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
        let dropped = |left: usize| left.checked_sub(1);
        if self.memory.drops.fetch_update(Ordering::SeqCst, Ordering::SeqCst, dropped).is_ok() {
            *self.hangs_up.lock().unwrap() = true;
        }
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
        if mood == Mood::Ponders {
            let unanswered = self.memory.answers.lock().unwrap();
            drop(self.memory.answering.wait_while(unanswered, |answers| !*answers).unwrap());
        }
        response::OK
    }
}

/// The line, encrypted or not.
enum Wire {
    Clear(TcpStream),
    Encrypted(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn encrypted(stream: TcpStream, config: &Arc<ServerConfig>) -> Self {
        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
        Self::Encrypted(Box::new(StreamOwned::new(connection, stream)))
    }

    fn is_clear(&self) -> bool {
        matches!(self, Self::Clear(_))
    }

    /// Byte by byte, so that nothing behind the line is taken in before the line is encrypted.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.last() != Some(&b'\n') && self.read(&mut byte)? > 0 {
            line.push(byte[0]);
        }
        Ok(line)
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(bytes),
            Self::Encrypted(stream) => stream.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

fn converse(stream: TcpStream, memory: Arc<Memory>, guard: &Guard) -> io::Result<()> {
    if memory.mood() == Mood::Away {
        return Ok(());
    }
    let hangs_up = Arc::new(Mutex::new(false));
    let watched = Arc::clone(&memory);
    let handler = Conversation { memory, to: String::new(), bytes: Vec::new(), hangs_up: Arc::clone(&hangs_up) };
    let mut terms = SessionBuilder::new("mail.example.com");
    terms.enable_auth(AuthMechanism::Plain);
    match guard {
        Guard::Open => drop(terms.insecure_enable_plaintext_auth()),
        Guard::StartTls(_) | Guard::Implicit(_) => drop(terms.enable_start_tls()),
    }
    let mut session = terms.build(IpAddr::V4(Ipv4Addr::LOCALHOST), handler);
    let mut wire = match guard {
        Guard::Implicit(config) => {
            session.tls_active();
            Wire::encrypted(stream, config)
        }
        _ => Wire::Clear(stream),
    };
    session.greeting().write_to(&mut wire)?;
    wire.flush()?;
    loop {
        let line = wire.line()?;
        if line.is_empty() {
            return Ok(());
        }
        if wire.is_clear() {
            watched.overheard.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
        }
        let answer = session.process(&line);
        if *hangs_up.lock().unwrap() || watched.mood() == Mood::Away {
            return Ok(());
        }
        answer.write_to(&mut wire)?;
        wire.flush()?;
        match (&answer.action, guard) {
            (Action::Close, _) => return Ok(()),
            (Action::UpgradeTls, Guard::StartTls(config)) => {
                let Wire::Clear(stream) = wire else { return Ok(()) };
                wire = Wire::encrypted(stream, config);
                session.tls_active();
            }
            _ => {}
        }
    }
}
