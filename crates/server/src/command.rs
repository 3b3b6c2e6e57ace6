//! What each command does, and the exit status.

use std::{error::Error, io::Write, process::ExitCode};

use clap::Parser;
use tokio::runtime;

use crate::{
    announce,
    causes::with_causes,
    cli::{Cli, Command, Serve},
    clients::{self, Operation},
    demo, listen, log, rotate,
    serve::{Options, Running, Signals, make_directory, url},
    settings::{Settings, load},
    verify,
};

const DEMO_LOG: &str = "warn,cardium_server::serve=error";

type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Runs the command line's command.
#[must_use]
pub fn main() -> ExitCode {
    run(&Cli::parse()).unwrap_or_else(|error| {
        let text = with_causes(error.as_ref());
        // Logging may not have started, and nowhere is left to say that this output is closed.
        let _written = writeln!(std::io::stderr(), "cardium: {text}");
        ExitCode::FAILURE
    })
}

fn run(cli: &Cli) -> Outcome {
    let command = cli.command()?;
    let overrides = match &command {
        Command::Serve(serve) => cli.overrides(serve),
        Command::Migrate
        | Command::Verify
        | Command::Demo
        | Command::Openapi(_)
        | Command::Announce(_)
        | Command::RotateOauthKeys(_)
        | Command::RegisterClient(_)
        | Command::Clients
        | Command::RemoveClient(_)
        | Command::Listen(_) => cli.overrides(&Serve::default()),
    };
    let mut settings = load(&overrides)?;
    if matches!(command, Command::Demo) {
        // The steps are what the demo shows, and nobody takes its rails for real.
        DEMO_LOG.clone_into(&mut settings.log.level);
    }
    log::start(&settings.log)?;
    match command {
        Command::Serve(serve) => runtime()?.block_on(serve_until_told(settings, serve)),
        Command::Migrate => migrate(&settings),
        Command::Openapi(options) => print_openapi(&options.server),
        Command::Verify => verify(&settings),
        Command::Announce(options) => {
            announce::run(&settings, options, &mut std::io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::RotateOauthKeys(options) => {
            rotate::run(&settings, &options, &mut std::io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::RegisterClient(options) => operate(Operation::Register(options), &settings),
        Command::Clients => operate(Operation::List, &settings),
        Command::RemoveClient(options) => operate(Operation::Remove(options.id), &settings),
        Command::Demo => {
            let mut out = std::io::stdout();
            runtime()?.block_on(demo::run(overrides, &mut out))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Listen(options) => {
            let mut out = std::io::stdout();
            runtime()?.block_on(listen::run(options, &mut out))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn operate(operation: Operation, settings: &Settings) -> Outcome {
    runtime()?.block_on(clients::run(settings, operation, &mut std::io::stdout()))?;
    Ok(ExitCode::SUCCESS)
}

fn runtime() -> std::io::Result<runtime::Runtime> {
    runtime::Builder::new_multi_thread().enable_all().build()
}

async fn serve_until_told(settings: Settings, serve: Serve) -> Outcome {
    let mut signals = Signals::catch()?;
    let options =
        Options { test_clock: serve.test_clock, ready_file: serve.ready_file, names: None };
    let mut running = Running::start(settings, options).await?;
    let signal = tokio::select! {
        signal = signals.next() => signal,
        ended = running.ended() => {
            ended?;
            return Err("the HTTP server ended by itself".into());
        }
    };
    tracing::info!(signal, "stopping; SIGINT stops at once");
    tokio::select! {
        () = running.stop() => Ok(ExitCode::SUCCESS),
        () = signals.insistence() => {
            tracing::warn!("stopped at once; requests in flight were cut off");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn print_openapi(server: &str) -> Outcome {
    let document = cardium_api_v1::openapi::document(server);
    writeln!(std::io::stdout(), "{document:#}")?;
    Ok(ExitCode::SUCCESS)
}

fn migrate(settings: &Settings) -> Outcome {
    make_directory(&settings.server.data_dir)?;
    let applied = cardium_store::migrate(url(settings).expose())?;
    let mut out = std::io::stdout();
    writeln!(out, "{applied} migrations applied; the schema is up to date.")?;
    Ok(ExitCode::SUCCESS)
}

fn verify(settings: &Settings) -> Outcome {
    let mut out = std::io::stdout();
    let sound = verify::print(settings, &mut out)?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
