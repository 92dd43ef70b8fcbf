//! What FFmpeg is told for each protocol. Addresses keep their own query options, which FFmpeg reads itself.

use super::config::{LiveConfig, Transport};

/// The options of a protocol.
pub(crate) fn options(protocol: &str, config: &LiveConfig) -> Vec<(&'static str, String)> {
    let mut options = Vec::new();
    let mut set = |name, value: &str| options.push((name, value.to_owned()));
    let listen = if config.listen { "1" } else { "0" };
    match protocol {
        "rtmp" | "rtmps" | "rtmpt" | "rtmpts" | "rtmpe" | "rtmpte" => set("listen", listen),
        "http" | "https" => set("listen", listen),
        "rtsp" | "rtsps" => {
            set("rtsp_transport", if config.transport == Transport::Udp { "udp" } else { "tcp" });
            if config.listen {
                set("rtsp_flags", "listen");
            }
            set("buffer_size", SOCKET_BYTES);
        }
        "srt" if config.listen => set("mode", "listener"),
        "udp" => {
            // The reader's own thread empties the socket; what it has no room for is lost rather than an error.
            set("overrun_nonfatal", "1");
            set("buffer_size", SOCKET_BYTES);
        }
        _ => {}
    }
    options
}

/// What is asked of the system for a datagram socket, so that a key frame in one burst is not lost.
const SOCKET_BYTES: &str = "1048576";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(protocol: &str, listen: bool) -> Vec<(&'static str, String)> {
        options(protocol, &LiveConfig { listen, ..LiveConfig::default() })
    }

    #[test]
    fn listening_is_said_in_the_words_of_each_protocol() {
        for (protocol, option) in [
            ("rtmp", ("listen", "1")),
            ("http", ("listen", "1")),
            ("rtsp", ("rtsp_flags", "listen")),
            ("srt", ("mode", "listener")),
        ] {
            let has = |listen| of(protocol, listen).iter().any(|(name, value)| (*name, value.as_str()) == option);
            assert!(has(true) && !has(false), "{protocol}");
        }
    }
}
