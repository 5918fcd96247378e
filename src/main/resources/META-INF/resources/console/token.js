/** A session whose token somebody enters into a field. The field shows itself when the service asks for a token. */
export function tokenField(field, panel) {
  const listeners = [];
  const form = panel.querySelector('form');
  const tell = () => {
    panel.hidden = true;
    listeners.forEach(listener => listener());
  };
  form.addEventListener('submit', event => {
    event.preventDefault();
    tell();
  });
  return {
    ready: async () => true,
    accepted() {},
    token: () => field.value.trim().replace(/^Bearer\s+/i, ''),
    changed: listener => listeners.push(listener),
    refused() {
      const first = field.value === '';
      panel.hidden = false;
      field.focus();
      return first;
    },
  };
}
