/** Light or dark: as the system has it, or as the reader chose. */

const KEY = "sandbox.theme";

export function startTheme() {
  apply(localStorage.getItem(KEY));
}

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  localStorage.setItem(KEY, theme);
  apply(theme);
}

function apply(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
