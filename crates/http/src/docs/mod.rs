//! The API's own description: the OpenAPI document and a page made from it.
//!
//! Both are made once, when first asked for, and served as they are to anybody. The page needs no
//! script and nothing from elsewhere; its content security policy allows no more.

mod fields;
mod page;
mod sample;

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::header::{self, EntityTag, Header, IfNoneMatch},
    web,
};
use cardium_api_v1::{openapi::document, to_json};
use cardium_kernel::sha256;

use crate::routes::refuse_method;

/// Where `/v1` is, for whoever read the document from it.
const SERVER: &str = "/v1";
/// How long a copy may be used unasked: after an upgrade it is stale for a few minutes at most.
const CACHING: &str = "public, max-age=300";
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Bytes with the tag that changes with them.
struct Page {
    content_type: &'static str,
    tag: EntityTag,
    body: Vec<u8>,
}

impl Page {
    fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        let tag: String = sha256(&body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { content_type, tag: EntityTag::new_strong(tag), body }
    }
}

static DOCUMENT: LazyLock<Page> =
    LazyLock::new(|| Page::new("application/json", to_json(&document(SERVER))));
static HTML: LazyLock<Page> =
    LazyLock::new(|| Page::new("text/html; charset=utf-8", page::render(&document(SERVER))));
static STYLE: LazyLock<Page> = LazyLock::new(|| {
    Page::new("text/css; charset=utf-8", include_bytes!("../../templates/style.css").to_vec())
});

/// The routes of the description.
pub fn resources() -> [Resource; 3] {
    let pages: [(&str, &'static LazyLock<Page>); 3] =
        [("/v1/openapi.json", &DOCUMENT), ("/docs", &HTML), ("/docs/style.css", &STYLE)];
    pages.map(|(path, page)| {
        web::resource(path)
            .route(web::get().to(move |request| serve(request, page)))
            .route(web::head().to(move |request| serve(request, page)))
            .default_service(web::to(|request| refuse_method(request, "GET, HEAD".to_owned())))
    })
}

async fn serve(request: HttpRequest, page: &'static LazyLock<Page>) -> HttpResponse {
    let mut response = if is_known(&request, &page.tag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header(header::ETag(page.tag.clone()))
        .insert_header((header::CACHE_CONTROL, CACHING))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    if is_known(&request, &page.tag) {
        return response.finish();
    }
    response.content_type(page.content_type).body(page.body.as_slice())
}

/// Whether the client has the very same already (RFC 9110, section 13.1.2).
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
