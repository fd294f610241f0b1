// A loss as a tone: the same loss sounds alike in every run, and ten times less of it an octave lower. It knows
// WebAudio's nodes, and neither runs nor the page.

const [LOW, HIGH] = [0.01, 10]; // losses: what lies beyond sounds like these
const LOWEST = 220; // Hz, of the lowest loss; three octaves below the highest
export const KINDS = {
  training: { type: "sine", lasts: 0.06, gain: 0.22 },
  validation: { type: "square", lasts: 0.3, gain: 0.07 }, // a square sounds louder than a sine
};
const FADE = 0.008; // s: without it a tone begins and ends with a click

/** The pitch of a loss, in Hz; null where it is no number. */
export function pitchOf(loss) {
  if (!Number.isFinite(loss)) return null;
  return LOWEST * 2 ** Math.log10(Math.min(HIGH, Math.max(LOW, loss)) / LOW);
}

/** Plays a loss of a kind at a time of the context's clock, and says when it ends. */
export function playLoss(context, kind, loss, at) {
  const { type, lasts, gain } = KINDS[kind];
  const end = at + lasts;
  const tone = new OscillatorNode(context, { type, frequency: pitchOf(loss) });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(gain, at + FADE);
  volume.gain.setValueAtTime(gain, end - FADE);
  volume.gain.linearRampToValueAtTime(0, end);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(end);
  return end;
}
