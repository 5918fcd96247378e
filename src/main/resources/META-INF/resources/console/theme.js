import { recall, remember } from './preferences.js';

const THEMES = ['system', 'light', 'dark'];

let theme = THEMES.find(each => each === recall('theme')) ?? 'system';

function apply() {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

apply();

/** Lets a button go through the themes; the choice is kept for this browser. */
export function offerThemes(button) {
  const next = () => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  const label = () => {
    button.dataset.choice = theme;
    button.title = `Theme: ${theme}`;
    button.setAttribute('aria-label', `Theme: ${theme}. Switch to ${next()}.`);
  };
  button.addEventListener('click', () => {
    theme = next();
    remember('theme', theme);
    apply();
    label();
  });
  label();
}
