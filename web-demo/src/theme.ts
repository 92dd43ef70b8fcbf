/** Light and dark: as the system says, until the reader says otherwise. */

import { element } from "./dom.js";

const KEY = "millpond-theme";

/** Takes the theme that was chosen before, and lets the button change it. */
export function listenToTheme(changed: () => void): void {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const set = (theme: string | null) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    changed();
  };
  set(stored());
  dark.addEventListener("change", changed);
  element("theme").addEventListener("click", () => {
    const isDark = (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
    const theme = isDark ? "light" : "dark";
    set(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // A page that may store nothing forgets.
    }
  });
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
