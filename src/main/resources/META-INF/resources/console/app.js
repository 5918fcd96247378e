import { CallStream } from './stream.js';
import { offerThemes } from './theme.js';
import { tokenField } from './token.js';
import { VERSION } from './version.js';
import { start } from './wallboard.js';

const $ = id => document.getElementById(id);

offerThemes($('theme'));
$('version').textContent = VERSION;
start({ session: tokenField($('token'), $('token-panel')), openStream: options => new CallStream(options) });
