//! Devices, as a user of the command sees them.

use crate::common::{command, millpond, shell};
use serde_json::Value;

#[test]
fn every_kind_opens_or_says_why_and_drivers_stay_quiet() {
    let outcome = millpond(["devices", "--json"]).expect(0);
    assert_eq!(outcome.stderr, "");
    let done = outcome.last_event();
    let kinds = ["cuda", "videotoolbox", "d3d11va", "qsv", "vaapi", "vulkan", "opencl"];
    let devices = done["devices"].as_array().unwrap();
    assert_eq!(devices.iter().map(|device| device["kind"].as_str().unwrap()).collect::<Vec<_>>(), kinds);
    for device in devices {
        let has_reason = device["reason"]
            .as_str()
            .is_some_and(|reason| reason.len() > 10 && reason != "Generic error in an external library");
        assert_ne!(device["opens"] == true, has_reason, "{device}");
    }
    // In software, by Mesa's and pocl's drivers (Debian: mesa-vulkan-drivers, pocl-opencl-icd).
    for kind in ["vulkan", "opencl"] {
        let device = devices.iter().find(|device| device["kind"] == kind).unwrap();
        assert!(device["formats"].as_array().unwrap().contains(&Value::from("i420")), "{device}");
        assert!(device["largest"][0].as_u64().unwrap() >= 4096, "{device}");
    }
    for kind in ["videotoolbox", "d3d11va"] {
        let device = devices.iter().find(|device| device["kind"] == kind).unwrap();
        assert!(device["reason"].as_str().unwrap().contains("built without it"), "{device}");
    }
    let text = millpond(["devices"]).expect(0);
    assert_eq!((text.stderr.as_str(), text.stdout.lines().filter(|line| !line.starts_with(' ')).count()), ("", 7));
    assert!(text.stdout.contains("vulkan: opens"), "{}", text.stdout);
}

#[test]
fn a_driver_that_crashes_is_told_of() {
    // The Vulkan loader loads whatever it is told to: here a library that ends the process.
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("crash.c"), "void __attribute__((constructor)) crash(void) { __builtin_trap(); }").unwrap();
    shell(folder.path(), "clang -shared -o crash.so crash.c");
    let library = path("crash.so");
    let manifest = format!(
        r#"{{"file_format_version": "1.0.0", "ICD": {{"library_path": {library:?}, "api_version": "1.3.0"}}}}"#
    );
    std::fs::write(path("crash.json"), manifest).unwrap();
    let output = command().args(["devices", "--json"]).env("VK_ICD_FILENAMES", path("crash.json")).output().unwrap();
    let outcome = crate::common::Outcome::from(output).expect(0);
    let done = outcome.last_event();
    let vulkan = done["devices"].as_array().unwrap().iter().find(|device| device["kind"] == "vulkan").unwrap().clone();
    assert_eq!((outcome.stderr.as_str(), &vulkan["opens"]), ("", &Value::from(false)));
    assert!(vulkan["reason"].as_str().unwrap().starts_with("the driver ended the process"), "{vulkan}");
}
