//! How many connections may be open: one more is closed before a byte of it is read.

use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_layer::Layer;

/// Takes connections as long as there is room.
#[derive(Clone, Debug)]
pub struct Bounded(Arc<Semaphore>);

impl Bounded {
    /// For so many.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }
}

/// The room goes along with what answers on the connection, and is given back when that ends.
impl<I, S> Accept<I, S> for Bounded {
    type Stream = I;
    type Service = AddExtension<S, Arc<OwnedSemaphorePermit>>;
    type Future = Ready<io::Result<(I, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let room = self.0.clone().try_acquire_owned();
        ready(match room {
            Ok(room) => Ok((stream, Extension(Arc::new(room)).layer(service))),
            Err(full) => Err(io::Error::other(full)),
        })
    }
}
