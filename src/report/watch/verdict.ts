import type {
  CurvePoint,
  InformationPlane,
  LayerCompression,
} from "../../measure/information-plane/information-plane.ts";
import { formatNumber, formatShare, listWords } from "../format.ts";

/** A fall below this share of the peak is not called compression where there is no interval to judge it by. */
const noticeable = 0.05;

/** Whether a layer lost I(X;T) after its peak: with its interval above 0, or by 5 % where one run is all there is. */
export function compresses({ share, runs }: LayerCompression): boolean {
  if (share.runs === 0 || runs.every(({ peak, final }) => peak === final)) return false;
  return share.interval ? share.interval.low > 0 : share.mean >= noticeable;
}

/** The layer at the last epoch that was measured. */
export function lastPoint(plane: Pick<InformationPlane, "curves">, layer: string): CurvePoint | undefined {
  return plane.curves.filter((point) => point.layer === layer).at(-1);
}

/** What the plane shows, in a few sentences. */
export function verdictOf(plane: InformationPlane): string {
  const { compression, epochs, layers, labelEntropy, unit } = plane;
  const live = compression.filter(({ share }) => share.runs > 0);
  const sentences: string[] = [];
  if (epochs.length > 1 && live.length > 0) {
    const falling = live.filter(compresses);
    const others = live.filter((layer) => !compresses(layer));
    if (falling.length > 0) {
      const names = listWords(falling.map(({ layer }) => layer));
      const shares = listWords(falling.map(({ share }) => formatShare(share.mean)));
      sentences.push(`After its peak, I(X;T) falls in ${names}, by ${shares}.`);
      if (others.length > 0) {
        const rest = listWords(others.map(({ layer }) => layer));
        sentences.push(`It does not clearly fall in ${rest}.`);
      }
    } else {
      sentences.push(`No layer clearly loses I(X;T) after its peak.`);
    }
  }
  const last = live.at(-1);
  const point = last && lastPoint(plane, last.layer);
  if (last && point) {
    const [held, of] = [formatNumber(point.aboutLabel.mean), formatNumber(labelEntropy)];
    sentences.push(
      `At epoch ${point.epoch}, ${last.layer} holds ${held} of ${of} ${unit} about the label, as far as this estimator sees.`,
    );
  }
  const dead = compression.filter(({ share }) => share.runs === 0).map(({ layer }) => layer);
  if (dead.length === layers.length) sentences.push("All layers are dead: the same for all rows.");
  return sentences.join(" ");
}
