import { recall, remember } from './preferences.js';
import { partyNumber } from './phone.js';

const TITLE = 'Callwatch';

/**
 * Calls for attention: numbers in the title and on the icon of the tab, and, where somebody asked for it, a notification or a sound
 * when a call fails or anything happens to a call that was chosen. The browser is asked for its permission once, at that moment.
 */
export class Attention {
  #icon;
  #controls;
  #onOpen;
  #sound = null;
  #drawn = '';
  #choice = recall('attention', { failures: false, chosen: true, sound: false });

  /** `controls`: the check boxes `failures`, `chosen` and `sound`, and `note`, where it is said what the browser does not allow. */
  constructor(icon, controls, onOpen) {
    this.#icon = icon;
    this.#controls = controls;
    this.#onOpen = onOpen;
    for (const name of ['failures', 'chosen', 'sound']) {
      controls[name].checked = this.#choice[name];
      controls[name].addEventListener('change', () => this.#choose(name, controls[name].checked));
    }
    this.#explain();
  }

  /** Shows in the tab how many calls have failed and how many go on. */
  count({ failed, active }) {
    const words = [failed && `${failed} failed`, active && `${active} active`].filter(Boolean).join(', ');
    const title = words ? `${words} – ${TITLE}` : TITLE;
    if (document.title !== title) document.title = title;
    const key = failed ? `failed ${failed}` : active ? 'active' : '';
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#icon.href = key ? `data:image/svg+xml,${encodeURIComponent(iconWith(failed))}` : 'favicon.svg';
  }

  /** A call was chosen: the moment to ask for the permission to notify. */
  chosen() {
    if (this.#choice.chosen) this.#askPermission();
  }

  /** Something has happened to a call while the page looked on. */
  take(watched, { type, changes = [type] }, words) {
    const failed = changes.includes('call.failed');
    const wanted = (failed && this.#choice.failures) || (watched.chosen && this.#choice.chosen);
    if (!wanted || type === 'call.observed') return;
    this.#notify(watched, words);
    if (this.#choice.sound) this.#play();
  }

  #choose(name, on) {
    this.#choice = { ...this.#choice, [name]: on };
    remember('attention', this.#choice);
    if (!on) return;
    if (name === 'sound') this.#play();
    else this.#askPermission();
  }

  async #askPermission() {
    if (typeof Notification === 'undefined' || Notification.permission !== 'default') return this.#explain();
    await Notification.requestPermission();
    this.#explain();
  }

  #explain() {
    const blocked = typeof Notification === 'undefined' || Notification.permission === 'denied';
    this.#controls.note.textContent = !blocked ? ''
      : 'This browser does not allow notifications here. The title, the icon and the sound still work.';
  }

  #notify({ guid, call }, words) {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    const numbers = [call.from, call.to].map(partyNumber).filter(Boolean).join(' → ');
    try {
      const notification = new Notification(words, { body: numbers || guid, tag: guid, icon: 'favicon.svg' });
      notification.onclick = () => {
        window.focus();
        notification.close();
        this.#onOpen(guid);
      };
    } catch {
      // Chromium on Android has the constructor and refuses it.
    }
  }

  /** Two short tones. Made here, since a file would have to be loaded before anything is heard. */
  #play() {
    try {
      this.#sound ??= new AudioContext();
      [[0, 660], [0.14, 880]].forEach(([delay, pitch]) => this.#tone(this.#sound.currentTime + delay, pitch));
    } catch {
      // A browser without sound.
    }
  }

  #tone(at, pitch) {
    const volume = new GainNode(this.#sound, { gain: 0.0001 });
    volume.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.13);
    const tone = new OscillatorNode(this.#sound, { frequency: pitch });
    tone.connect(volume).connect(this.#sound.destination);
    tone.start(at);
    tone.stop(at + 0.14);
  }
}

/** The mark with a badge: the number of failed calls, or a dot for calls that go on. */
function iconWith(failed) {
  const badge = failed
    ? `<circle cx="22" cy="22" r="10" fill="#c81e1e"/><text x="22" y="27" font-family="sans-serif" font-size="14" font-weight="700"
        text-anchor="middle" fill="#fff">${failed > 99 ? '!' : failed}</text>`
    : '<circle cx="25" cy="25" r="6" fill="#1f9d55" stroke="#fff" stroke-width="2"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/>
    <circle cx="16" cy="16" r="4" fill="#fff"/><g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round">
    <path d="M9.6 9.6a9 9 0 0 0 0 12.8"/><path d="M22.4 9.6a9 9 0 0 1 0 12.8"/></g>${badge}</svg>`;
}
