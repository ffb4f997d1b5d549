//! A PostgreSQL cluster of one test's own, to be stopped and started at will.

use std::path::PathBuf;
use std::process::Command;

pub struct Cluster {
    directory: PathBuf,
}

impl Cluster {
    pub fn start(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("repduel-test-{}-{name}", std::process::id()));
        let cluster = Self { directory };
        cluster.run(&["start", "--test"]);
        cluster
    }

    fn run(&self, arguments: &[&str]) -> String {
        let script = format!("{}/tools/postgres.sh", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(script).args(arguments).arg(&self.directory).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn url(&self) -> String {
        self.run(&["dsn"])
    }

    pub fn stop(&self) {
        self.run(&["stop"]);
    }

    pub fn start_again(&self) {
        self.run(&["start", "--test"]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let script = format!("{}/tools/postgres.sh", env!("CARGO_MANIFEST_DIR"));
        let _ = Command::new(script).arg("remove").arg(&self.directory).output();
    }
}
