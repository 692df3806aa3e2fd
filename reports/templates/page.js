"use strict";
// Enhances the page, which shows everything without it too.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");
  for (const element of all("[data-js]")) element.hidden = false;

  const theme = document.querySelector("[data-theme-switch]");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const nameTheme = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  system.addEventListener("change", nameTheme);
  nameTheme();

  for (const group of all("[data-switch]")) {
    const views = all(".view[data-class]", group.closest("section"));
    const buttons = all("button", group);
    const show = (chosen) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === chosen));
      for (const view of views) view.hidden = view.dataset.class !== chosen;
    };
    for (const button of buttons) button.addEventListener("click", () => show(button.value));
    show(buttons[0].value);
  }

  for (const button of all("[data-copy]")) {
    const label = button.textContent;
    const source = document.getElementById(button.dataset.copy);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
})();
