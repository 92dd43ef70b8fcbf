//! Options of encoders and muxers as the caller writes them: set by name, refused with what might have been meant.

use crate::{Error, sys};

/// Values of options that FFmpeg hands on to a library as text, so that it knows no list of them: encoder, option, values.
const TEXTS: [(&str, &str, &[&str]); 6] = [
    (
        "libx264",
        "preset",
        &["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"],
    ),
    (
        "libx265",
        "preset",
        &["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"],
    ),
    (
        "libx264",
        "tune",
        &["film", "animation", "grain", "stillimage", "psnr", "ssim", "fastdecode", "zerolatency", "touhou"],
    ),
    ("libx265", "tune", &["psnr", "ssim", "grain", "zerolatency", "fastdecode", "animation"]),
    ("libx264", "profile", &["baseline", "main", "high", "high10", "high422", "high444"]),
    ("libx265", "profile", &["main", "main10", "main12", "mainstillpicture", "main422-10", "main444-8", "main444-10"]),
];

/// Sets options in order. `what` is whose they are, for errors: an encoder's or container's name.
pub(crate) fn set_all<'a>(
    of: &mut impl sys::Options,
    what: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), Error> {
    for (name, value) in options {
        set(of, what, name, value)?;
    }
    Ok(())
}

fn set(of: &mut impl sys::Options, what: &str, name: &str, value: &str) -> Result<(), Error> {
    let refused_value = |known: &[String], range: Option<(f64, f64)>| {
        let near = near(value, known.iter().map(String::as_str));
        let range = range.filter(|_| known.is_empty() || value.parse::<f64>().is_ok());
        let expected = match (near.is_empty(), range) {
            (false, _) => format!("did you mean {}?", near.join(", ")),
            (true, Some((min, max))) => format!("expected {min} to {max}"),
            (true, None) if !known.is_empty() => format!("expected one of {}", known.join(", ")),
            (true, None) => "it cannot be read".to_owned(),
        };
        Error::OptionValue { what: what.to_owned(), name: name.to_owned(), value: value.to_owned(), expected }
    };
    // A list of x264's and x265's words may be joined by commas.
    if let Some((.., known)) = TEXTS.iter().find(|(encoder, option, _)| *encoder == what && *option == name)
        && value.split(',').any(|word| !known.contains(&word) && word.parse::<u32>().is_err())
    {
        let known: Vec<String> = known.iter().map(|&word| word.to_owned()).collect();
        return Err(refused_value(&known, None));
    }
    match sys::set_option(of, name, value) {
        Ok(()) => Ok(()),
        Err(sys::Refused::Name) => {
            let names = sys::option_names(of);
            Err(unknown(what, name, names.iter().map(String::as_str)))
        }
        Err(sys::Refused::Value) => {
            let (known, range) = sys::option_values(of, name);
            Err(refused_value(&known, range))
        }
    }
}

/// The error for an option that `what` does not have.
pub(crate) fn unknown<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> Error {
    let near = near(name, names);
    let near = if near.is_empty() { "nothing like it".to_owned() } else { near.join(", ") };
    Error::UnknownOption { what: what.to_owned(), name: name.to_owned(), near }
}

/// At most three of the names that look most like `name`, the nearest first.
pub(crate) fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    /// Less alike than this is a coincidence.
    const ALIKE: f64 = 0.8;
    let mut found: Vec<(f64, &str)> =
        names.map(|known| (strsim::jaro_winkler(name, known), known)).filter(|(alike, _)| *alike > ALIKE).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.dedup();
    found.into_iter().take(3).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_strangers_not_at_all() {
        let names = ["preset", "tune", "profile", "crf", "qp", "presets"];
        assert_eq!(near("prset", names.into_iter()), ["preset", "presets"]);
        assert!(near("zzz", names.into_iter()).is_empty());
    }
}
