//! Where rooms put their calls. Every worker of the server serves them all; they are described once,
//! because a description of hundreds of calls takes longer than a whole start should.

use actix_web::dev::HttpServiceFactory;
use actix_web::{Route, web};
use utoipa::openapi::{OpenApi, Paths, RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

/// Whether an address is one of a call, and none of a page.
#[must_use]
pub fn is_call(path: &str) -> bool {
    path.starts_with("/api/")
}

/// What was said of the calls so far.
#[derive(Default)]
pub struct Description {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// A place to put calls, described or not.
pub struct Calls<'a> {
    served: &'a mut web::ServiceConfig,
    described: Option<&'a mut Description>,
}

impl<'a> Calls<'a> {
    pub fn new(served: &'a mut web::ServiceConfig, described: Option<&'a mut Description>) -> Self {
        Self { served, described }
    }

    /// Serves a call.
    pub fn service(&mut self, call: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        if let Some(description) = &mut self.described {
            description.paths.merge(call.paths());
            call.schemas(&mut description.schemas);
        }
        self.served.service(call);
        self
    }

    /// Serves something that is no call and is not described.
    pub fn route(&mut self, path: &str, route: Route) -> &mut Self {
        self.served.route(path, route);
        self
    }

    /// The calls of a room.
    pub fn configure(&mut self, room: impl FnOnce(&mut Calls<'_>)) -> &mut Self {
        room(self);
        self
    }
}

impl Description {
    /// The document, with every path below `prefix`.
    #[must_use]
    pub fn complete(self, prefix: &str, mut document: OpenApi) -> OpenApi {
        let paths = self.paths.paths.into_iter();
        document.paths.paths.extend(paths.map(|(path, item)| (format!("{prefix}{path}"), item)));
        document.components.get_or_insert_default().schemas.extend(self.schemas);
        document
    }
}
