import { endSignIn } from './session.js';

endSignIn();
