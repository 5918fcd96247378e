const TYPING = 'input, textarea, select, [contenteditable]';

/** Keys that work everywhere on the page, except while somebody types, and never together with a modifier. */
export function listenToKeys(actions) {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(TYPING)) return;
    const action = actions[event.key];
    if (action && action(event) !== false) event.preventDefault();
  });
}
