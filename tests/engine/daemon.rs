//! An empty machine into a Docker engine with one Swarm node: namespaces, data and socket of its own, gone with the test.

use std::fs;
use std::io::{self, Read, Seek};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What the tasks run: a busybox that leaves when it is asked to.
pub(crate) const IMAGE: &str = "box:1";

/// The engine is a child of the first process of a PID namespace. That process stops it when standard input closes, as
/// it does when the test ends in whatever way, and takes all that is left along when it ends itself. Networks, firewall
/// rules and mounts are those of the namespaces, so the machine's own are not touched, and its containerd not used.
const FIRST_PROCESS: &str = r#"
exec 3<&0
"$BOX" ifconfig lo up || exit 1
[ ! -d /etc/docker ] || "$BOX" mount -t tmpfs none /etc/docker
mkdir -p /run/containerd && "$BOX" mount -t tmpfs none /run/containerd || exit 1
echo '{}' > config.json
"$DOCKERD" --config-file config.json -H "unix://$PWD/socket" --data-root "$PWD/data" --exec-root "$PWD/exec" \
    --pidfile "$PWD/pid" --bridge none --shutdown-timeout 2 $DRIVER > log 2>&1 < /dev/null 3<&- &
engine=$!
(read -r _ <&3; kill -TERM "$engine") &
wait "$engine"
"#;

pub(crate) struct Answer {
    /// None: it took too long, and was killed.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// What a command answers within half a minute.
pub(crate) fn ask(command: &mut Command) -> io::Result<Answer> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(err.try_clone()?).spawn()?;
    let code = if ends_within(&mut child, Duration::from_secs(30))? {
        child.wait()?.code()
    } else {
        child.kill()?;
        child.wait()?;
        None
    };
    let mut answer = Answer { code, out: String::new(), err: String::new() };
    for (file, text) in [(&mut out, &mut answer.out), (&mut err, &mut answer.err)] {
        file.rewind()?;
        file.read_to_string(text)?;
    }
    Ok(answer)
}

fn ends_within(child: &mut Child, limit: Duration) -> io::Result<bool> {
    let begin = Instant::now();
    while child.try_wait()?.is_none() {
        if begin.elapsed() > limit {
            return Ok(false);
        }
        sleep(Duration::from_millis(20));
    }
    Ok(true)
}

/// The programs that an engine needs.
struct Programs {
    docker: PathBuf,
    dockerd: PathBuf,
    unshare: PathBuf,
    busybox: PathBuf,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let own = fs::metadata("/proc/self").map_err(|e| format!("/proc cannot be read: {e}"))?;
        if own.uid() != 0 {
            return Err("only root can start an engine".into());
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> =
            std::env::split_paths(&path).chain(["/usr/sbin", "/sbin", "/bin"].map(PathBuf::from)).collect();
        let find = |name: &str| {
            let found = folders.iter().map(|f| f.join(name)).find(|p| p.is_file());
            found.ok_or_else(|| format!("`{name}` is not installed"))
        };
        Ok(Self {
            docker: find("docker")?,
            dockerd: find("dockerd")?,
            unshare: find("unshare")?,
            busybox: find("busybox")?,
        })
    }
}

pub(crate) struct Engine {
    docker: PathBuf,
    process: Child,
    folder: TempDir,
}

impl Engine {
    /// An engine that has run a container and manages a swarm, or what this machine lacks for one.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = Programs::find()?;
        // Where layers cannot be laid over each other, copies do.
        Self::with("", &programs).or_else(|_| Self::with("--storage-driver=vfs", &programs))
    }

    fn with(driver: &str, programs: &Programs) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|e| format!("there is no temporary folder: {e}"))?;
        let process = Command::new(&programs.unshare)
            .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .arg(&programs.busybox)
            .args(["sh", "-c", FIRST_PROCESS])
            .current_dir(folder.path())
            .env("BOX", &programs.busybox)
            .env("DOCKERD", &programs.dockerd)
            .env("DRIVER", driver)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("`unshare` does not run: {e}"))?;
        let mut engine = Self { docker: programs.docker.clone(), process, folder };
        let help = engine.docker(engine.folder.path(), &["stack", "config", "--help"]).map_err(|e| e.to_string())?;
        if !help.out.contains("docker stack config") {
            return Err("the client is too old for `docker stack config`".into());
        }
        engine.wait_until_it_answers()?;
        engine.expect(&["swarm", "init", "--advertise-addr", "127.0.0.1"])?;
        let image = engine.image(&programs.busybox).map_err(|e| format!("no image can be made: {e}"))?;
        let command = r#"CMD ["sh", "-c", "trap exit TERM; sleep 600 & wait"]"#;
        engine.expect(&["import", "--change", command, &image.to_string_lossy(), IMAGE])?;
        engine.expect(&["run", "--rm", "--network", "none", IMAGE, "true"])?;
        Ok(engine)
    }

    fn wait_until_it_answers(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        while self.docker(self.folder.path(), &["version"]).map_err(|e| e.to_string())?.code != Some(0) {
            let ended = self.process.try_wait().map_err(|e| e.to_string())?.is_some();
            if ended || begin.elapsed() > Duration::from_secs(30) {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("`dockerd` does not start: {}", log.lines().last().unwrap_or("it says nothing")));
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// The file of an image that holds nothing but busybox.
    fn image(&self, busybox: &Path) -> io::Result<PathBuf> {
        let root = self.folder.path().join("root");
        for inside in ["bin", "etc", "tmp"] {
            fs::create_dir_all(root.join(inside))?;
        }
        fs::copy(busybox, root.join("bin/busybox"))?;
        for applet in ["sh", "sleep", "true"] {
            symlink("busybox", root.join("bin").join(applet))?;
        }
        fs::write(root.join("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n")?;
        let file = self.folder.path().join("image.tar");
        ask(Command::new(busybox).args(["tar", "-c", "-C"]).arg(root).arg("-f").arg(&file).arg("."))?;
        Ok(file)
    }

    fn expect(&self, arguments: &[&str]) -> Result<(), String> {
        let answer = self.docker(self.folder.path(), arguments).map_err(|e| e.to_string())?;
        if answer.code == Some(0) {
            Ok(())
        } else {
            Err(format!("`docker {}` fails: {}", arguments[0], answer.err.trim().replace('\n', " ")))
        }
    }

    /// The docker client in a folder, with nothing from the caller's environment but PATH.
    pub(crate) fn docker(&self, folder: &Path, arguments: &[&str]) -> io::Result<Answer> {
        let own = self.folder.path();
        ask(Command::new(&self.docker)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", own)
            .env("DOCKER_HOST", format!("unix://{}", own.join("socket").display())))
    }
}

impl Drop for Engine {
    /// Containers first, so that the engine ends at once and takes their control groups along.
    fn drop(&mut self) {
        if let Ok(listed) = self.docker(self.folder.path(), &["ps", "--all", "--quiet"]) {
            let containers = ["rm", "--force"].into_iter().chain(listed.out.lines()).collect::<Vec<_>>();
            let _ = self.docker(self.folder.path(), &containers);
        }
        drop(self.process.stdin.take());
        if !ends_within(&mut self.process, Duration::from_secs(15)).unwrap_or(false) {
            let _ = self.process.kill();
            let _ = self.process.wait();
            sleep(Duration::from_secs(1));
        }
    }
}
