//! Chain gateways; for now the simulated chain.
