//! actix-web doors: extractors, middleware, routes.
