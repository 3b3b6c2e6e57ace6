use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use cardium_testkit::Scratch;
use serde_json::Value;

/// How long a process may take to start, to stop, or to finish a command.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines of a log that a failing test shows.
const SHOWN_LINES: usize = 40;
/// What a test needs no strength for, and what needs no processor of its own; and time for commands
/// to be run, however busy the machine is.
const QUICK: [(&str, &str); 6] = [
    ("CARDIUM__SERVER__PATIENCE_MS", "20000"),
    ("CARDIUM__ISO8583__PATIENCE_MS", "60000"),
    ("CARDIUM__AUTH__ARGON2_MEMORY_KIB", "8"),
    ("CARDIUM__AUTH__ARGON2_ITERATIONS", "1"),
    ("CARDIUM__SERVER__WORKERS", "2"),
    ("CARDIUM__RATE_LIMITS__ENABLED", "false"),
];

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The real binary, serving as a process of its own; killed and reaped when dropped.
pub struct Process {
    /// Where it takes HTTP requests.
    pub http: SocketAddr,
    /// Where it takes the card network's messages.
    pub iso8583: SocketAddr,
    /// What it has logged.
    pub log: PathBuf,
    child: Child,
}

/// A command that has ended.
pub struct Finished {
    /// How.
    pub status: ExitStatus,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
}

impl Process {
    /// Starts a server on this database, with its data directory in the database's folder.
    pub fn start(scratch: &Arc<Scratch>) -> Self {
        Self::with(scratch, &[], &[])
    }

    /// Starts a server with more settings and arguments.
    pub fn with(scratch: &Scratch, settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        let ready = file(scratch, "ready.json");
        let log = file(scratch, "log");
        let mut command = serve(scratch, settings);
        command.arg("--ready-file").arg(&ready).args(arguments);
        let child = spawn(&mut command, Stdio::null(), &log);
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut process = Self { http: nowhere, iso8583: nowhere, log, child };
        let addresses = eventually("a server that takes requests", || {
            assert_eq!(process.ended(), None, "the server did not start");
            serde_json::from_slice::<Value>(&fs::read(&ready).ok()?).ok()
        });
        let address = |name: &str| addresses[name].as_str().and_then(|text| text.parse().ok());
        process.http = address("http").expect("the ready file names the HTTP address");
        process.iso8583 = address("iso8583").expect("the ready file names the ISO 8583 address");
        process
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status();
        assert!(sent.expect("`kill` is part of every system").success(), "SIG{name} is sent");
    }

    /// The most memory that it ever had, in KiB (Linux).
    pub fn memory_peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the process runs, on Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = peak.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
        number.unwrap_or_else(|| panic!("no peak in {status}"))
    }

    /// Ends it without warning and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process is still ours");
        self.child.wait().expect("the process is still ours");
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the end of the server", || self.ended())
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the process is still ours")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = (self.child.kill(), self.child.wait());
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<_> = log.lines().collect();
            let shown = lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default();
            let text = format!("--- the server's log ends with\n{}\n---\n", shown.join("\n"));
            let _shown = std::io::stderr().write_all(text.as_bytes());
        }
    }
}

/// The binary with this database, and a data directory in the database's folder. Settings of
/// whoever runs the tests do not reach it.
pub fn cardium(scratch: &Scratch, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
    command.envs(QUICK).envs(settings.iter().copied());
    command.arg("--data-dir").arg(scratch.folder()).args(["--database-url", scratch.url()]);
    command
}

/// The binary as it serves, on free ports.
pub fn serve(scratch: &Scratch, settings: &[(&str, &str)]) -> Command {
    let mut command = cardium(scratch, settings);
    command.args(["--bind", "127.0.0.1:0", "--iso8583-bind", "127.0.0.1:0"]);
    command
}

/// A command that runs beside the test; killed and reaped when dropped.
pub struct Background {
    child: Child,
    output: PathBuf,
    errors: PathBuf,
}

impl Background {
    /// Starts a command.
    pub fn start(scratch: &Scratch, mut command: Command) -> Self {
        let (output, errors) = (file(scratch, "out"), file(scratch, "err"));
        let to_output = Stdio::from(File::create(&output).expect("the folder takes files"));
        Self { child: spawn(&mut command, to_output, &errors), output, errors }
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        fs::read_to_string(&self.output).expect("the command writes text")
    }

    /// Waits until it has printed this; gives all that it printed.
    #[track_caller]
    pub fn wait_for(&mut self, words: &str) -> String {
        eventually(words, || {
            let ended = self.child.try_wait().expect("the process is ours");
            let errors = || fs::read_to_string(&self.errors).unwrap_or_default();
            assert!(ended.is_none(), "it ended: {}{}", self.output(), errors());
            Some(self.output()).filter(|output| output.contains(words))
        })
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status();
        assert!(sent.expect("`kill` is part of every system").success(), "SIG{name} is sent");
    }

    /// Waits until it has ended.
    pub fn end(mut self) -> Finished {
        let status = eventually("the end", || self.child.try_wait().expect("it is ours"));
        let errors = fs::read_to_string(&self.errors).expect("the command writes text");
        Finished { status, output: self.output(), errors }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _gone = (self.child.kill(), self.child.wait());
    }
}

/// Runs a command to its end.
pub fn finish(scratch: &Scratch, mut command: Command) -> Finished {
    let (output, errors) = (file(scratch, "out"), file(scratch, "err"));
    let to_output = Stdio::from(File::create(&output).expect("the folder takes files"));
    let mut child = spawn(&mut command, to_output, &errors);
    let started = Instant::now();
    let status = loop {
        match child.try_wait().expect("the process is ours") {
            Some(status) => break status,
            None if started.elapsed() < PATIENCE => std::thread::sleep(POLL),
            None => {
                let _gone = (child.kill(), child.wait());
                panic!("{command:?} does not end");
            }
        }
    };
    let read = |path| fs::read_to_string(path).expect("the command writes text");
    Finished { status, output: read(output), errors: read(errors) }
}

/// Fails unless the command has ended with this status.
#[track_caller]
pub fn assert_exit(finished: &Finished, code: i32) {
    let Finished { status, output, errors } = finished;
    assert_eq!(status.code(), Some(code), "{status}: {output}{errors}");
}

/// Runs `cardium verify`.
pub fn verify(scratch: &Scratch) -> Finished {
    let mut command = cardium(scratch, &[]);
    command.arg("verify");
    finish(scratch, command)
}

/// Fails unless `cardium verify` finds everything in order.
#[track_caller]
pub fn assert_verified(scratch: &Scratch) {
    let finished = verify(scratch);
    assert_exit(&finished, 0);
    assert!(finished.output.contains("every invariant holds"), "{}", finished.output);
}

/// The pause between two looks at something that is about to happen.
const POLL: Duration = Duration::from_millis(3);

/// Looks again until there is something to see.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not come in {PATIENCE:?}");
        std::thread::sleep(POLL);
    }
}

fn spawn(command: &mut Command, output: Stdio, log: &PathBuf) -> Child {
    let log = File::create(log).expect("the folder takes files");
    let child = command.stdin(Stdio::null()).stdout(output).stderr(log).spawn();
    child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn file(scratch: &Scratch, kind: &str) -> PathBuf {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    scratch.folder().join(format!("process-{number}.{kind}"))
}

fn is_setting(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARDIUM__") || name.starts_with("CARDIUM_KEY_")
}

/// The binary that cargo builds beside the tests.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a process knows its program");
    let profile = tests.parent().and_then(|deps| deps.parent());
    let binary = profile.expect("cargo puts tests in target/<profile>/deps").join("cardium");
    let built = binary.is_file();
    assert!(built, "{} is missing: cargo build -p cardium-server", binary.display());
    binary
}
