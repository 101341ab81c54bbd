//! Which of Trussed's backends the applet may call, as in Nitrokey's firmware:
//! PINs, RSA, the extensions still in staging, then the core.

use trussed::Platform;
use trussed::backend::{Backend as _, BackendId};
use trussed::serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl};
use trussed::service::ServiceResources;
use trussed::types::Context;
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::Error;
use trussed_core::api::{Reply, Request, reply, request};
use trussed_core::types::Location;
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

/// Asked in this order; one that does not know a request passes it on.
pub const BACKENDS: &[BackendId<Backend>] = &[
    BackendId::Custom(Backend::Rsa),
    BackendId::Custom(Backend::Auth),
    BackendId::Custom(Backend::Staging),
    BackendId::Core,
];

pub enum Backend {
    Auth,
    Rsa,
    Staging,
}

pub struct Backends {
    auth: AuthBackend,
    staging: StagingBackend,
}

#[derive(Default)]
pub struct Contexts {
    auth: AuthContext,
    staging: StagingContext,
}

impl Backends {
    pub fn new() -> Self {
        Self {
            auth: AuthBackend::new(Location::Internal, FilesystemLayout::V1),
            staging: StagingBackend::new(),
        }
    }
}

impl ExtensionDispatch for Backends {
    type BackendId = Backend;
    type Context = Contexts;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        backend: &Backend,
        ctx: &mut Context<Contexts>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        let Context { core, backends, .. } = ctx;
        match backend {
            Backend::Auth => self
                .auth
                .request(core, &mut backends.auth, request, resources),
            Backend::Rsa => SoftwareRsa.request(core, &mut (), request, resources),
            Backend::Staging => {
                self.staging
                    .request(core, &mut backends.staging, request, resources)
            }
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        backend: &Backend,
        extension: &Extension,
        ctx: &mut Context<Contexts>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        macro_rules! ask {
            ($backend:ident, $extension:ty) => {
                ExtensionImpl::<$extension>::extension_request_serialized(
                    &mut self.$backend,
                    &mut ctx.core,
                    &mut ctx.backends.$backend,
                    request,
                    resources,
                )
            };
        }
        match (backend, extension) {
            (Backend::Auth, Extension::Auth) => ask!(auth, AuthExtension),
            (Backend::Staging, Extension::Chunked) => ask!(staging, ChunkedExtension),
            (Backend::Staging, Extension::Hpke) => ask!(staging, HpkeExtension),
            (Backend::Staging, Extension::WrapKeyToFile) => ask!(staging, WrapKeyToFileExtension),
            _ => Err(Error::RequestNotAvailable),
        }
    }
}

#[derive(Clone, Copy)]
pub enum Extension {
    Auth,
    Chunked,
    Hpke,
    WrapKeyToFile,
}

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as u8
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;

    fn try_from(number: u8) -> Result<Self, Error> {
        [Self::Auth, Self::Chunked, Self::Hpke, Self::WrapKeyToFile]
            .into_iter()
            .find(|extension| *extension as u8 == number)
            .ok_or(Error::FunctionNotSupported)
    }
}

macro_rules! numbered {
    ($($name:ident: $extension:ty),* $(,)?) => {$(
        impl ExtensionId<$extension> for Backends {
            type Id = Extension;
            const ID: Extension = Extension::$name;
        }
    )*};
}

numbered! {
    Auth: AuthExtension,
    Chunked: ChunkedExtension,
    Hpke: HpkeExtension,
    WrapKeyToFile: WrapKeyToFileExtension,
}
