//! One kept HTTP/1.1 connection, as cheap as can be: a request is bytes that stand ready, an answer is read
//! where its end is found and no further.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What goes with a method and a path.
#[derive(Clone, Copy, Default)]
pub struct Parts<'a> {
    /// An access token, or a device's.
    pub bearer: Option<&'a str>,
    /// Whole header lines, each with its end.
    pub headers: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
}

/// Writes a request over what stood there before.
pub fn write_request(into: &mut String, method: &str, path: &str, parts: Parts) {
    into.clear();
    // A string takes everything.
    let _ = write!(into, "{method} {path} HTTP/1.1\r\nhost: load\r\n{}", parts.headers);
    if let Some(token) = parts.bearer {
        let _ = write!(into, "authorization: Bearer {token}\r\n");
    }
    if let Some(body) = parts.body {
        let _ = write!(into, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    } else if method != "GET" {
        into.push_str("content-length: 0\r\n");
    }
    into.push_str("\r\n");
    into.push_str(parts.body.unwrap_or_default());
}

/// Where an answer stands in the buffer.
#[derive(Clone, Copy)]
struct Head {
    status: u16,
    /// Where the body begins.
    body: usize,
    length: Length,
    closes: bool,
}

#[derive(Clone, Copy)]
enum Length {
    Known(usize),
    Chunked,
}

/// A connection that is opened anew where the other side closed it.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    body: std::ops::Range<usize>,
}

impl Connection {
    /// One that opens with its first request.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(32 * 1024), body: 0..0 }
    }

    /// Sends a request and reads the whole answer; its status.
    ///
    /// # Errors
    /// Where no whole answer came.
    pub async fn exchange(&mut self, request: &str) -> anyhow::Result<u16> {
        let mut stream = match self.stream.take().filter(is_open) {
            Some(stream) => stream,
            None => connect(self.address).await?,
        };
        stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            self.read_more(&mut stream).await?;
            if let Some(head) = parse_head(&self.buffer)? {
                break head;
            }
        };
        let end = loop {
            let arrived = self.buffer.get(head.body..).unwrap_or_default();
            let end = match head.length {
                Length::Known(length) => (arrived.len() >= length).then_some(length),
                Length::Chunked => end_of_chunks(arrived)?,
            };
            match end {
                Some(end) => break head.body + end,
                None => self.read_more(&mut stream).await?,
            }
        };
        self.body = head.body..end;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(head.status)
    }

    async fn read_more(&mut self, stream: &mut TcpStream) -> anyhow::Result<()> {
        ensure!(stream.read_buf(&mut self.buffer).await? > 0, "closed in the middle of an answer");
        Ok(())
    }

    /// The body of the last answer, as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.body.clone()).unwrap_or_default()
    }

    /// A header of the last answer.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        head.parse(&self.buffer).ok()?;
        let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(found.value).into_owned())
    }

    /// Asks for something that must succeed; the JSON of the answer.
    ///
    /// # Errors
    /// Any status but 2xx, with what was answered.
    pub async fn call(&mut self, method: &str, path: &str, parts: Parts<'_>) -> anyhow::Result<Value> {
        let mut request = String::new();
        write_request(&mut request, method, path, parts);
        let status = self.exchange(&request).await.with_context(|| format!("{method} {path}"))?;
        if !(200..300).contains(&status) {
            bail!("{method} {path}: {status} {}", String::from_utf8_lossy(self.body()));
        }
        Ok(serde_json::from_slice(self.body()).unwrap_or_default())
    }
}

/// Whether the service still listens on a connection that was kept: it closes those on which it hears nothing for long.
fn is_open(stream: &TcpStream) -> bool {
    stream.try_read(&mut [0]).is_err_and(|nothing_yet| nothing_yet.kind() == ErrorKind::WouldBlock)
}

/// A stream that sends at once what it is given.
///
/// # Errors
/// Where nobody listens.
pub async fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn parse_head(buffer: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body) = head.parse(buffer)? else { return Ok(None) };
    let status = head.code.unwrap_or_default();
    let (mut length, mut closes) = (Length::Known(0), false);
    for header in head.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            length = Length::Known(std::str::from_utf8(header.value)?.trim().parse()?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            length = Length::Chunked;
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    if status == 304 || status == 204 {
        length = Length::Known(0);
    }
    Ok(Some(Head { status, body, length, closes }))
}

/// How long a body in chunks is, once it is whole. Nobody sends trailers here.
fn end_of_chunks(arrived: &[u8]) -> anyhow::Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some(rest) = arrived.get(at..) else { return Ok(None) };
        let parsed = httparse::parse_chunk_size(rest).map_err(|_| anyhow::anyhow!("no size of a chunk"))?;
        let httparse::Status::Complete((digits, size)) = parsed else { return Ok(None) };
        at += digits + usize::try_from(size)? + 2;
        if size == 0 {
            return Ok((arrived.len() >= at).then_some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_chunks_ends_with_its_last_chunk_and_not_before() {
        let whole = b"4\r\nwith\r\n10;name=value\r\n0123456789abcdef\r\n0\r\n\r\n";
        for arrived in 0..whole.len() {
            assert_eq!(end_of_chunks(&whole[..arrived]).unwrap(), None, "{arrived} bytes");
        }
        assert_eq!(end_of_chunks(whole).unwrap(), Some(whole.len()));
        assert!(end_of_chunks(b"<html>").is_err());
    }

    #[test]
    fn an_unchanged_page_has_no_body() {
        let head = parse_head(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 900\r\n\r\n").unwrap().unwrap();
        assert!(matches!(head.length, Length::Known(0)));
        assert!(parse_head(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap().is_none());
    }
}
