import { Session } from './session.js';
import { SharedStream } from './shared-stream.js';
import { SigninPanel } from './signin-panel.js';
import { offerThemes } from './theme.js';
import { VERSION } from './version.js';
import { start } from './wallboard.js';

const $ = id => document.getElementById(id);

offerThemes($('theme'));
$('version').textContent = VERSION;

const session = new Session();
new SigninPanel(session, { who: $('who'), panel: $('signin') });
start({
  session: {
    ready: () => session.start(),
    token: () => session.token,
    changed: listener => session.addEventListener('token', listener),
    accepted: accounts => session.accept(accounts),
    refused() {
      session.refuse();
      return true;
    },
  },
  openStream: options => new SharedStream(options),
});
