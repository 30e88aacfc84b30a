import type { OutputView } from '../../api/types';

const API = '/api/v1/outputs';

/** The sizes that thumbnails come in: pixels of the longer edge. */
const SIZES = [256, 512, 1024] as const;

/** The smallest thumbnail that is sharp enough at `longer` screen pixels. A little too small is not seen. */
export function thumbnailSize(longer: number): number {
  return SIZES.find((size) => size * 1.15 >= longer) ?? 1024;
}

type Addressed = Pick<OutputView, 'path' | 'version'>;

/** Its picture, small. Without a version the browser keeps it only for a while. */
export function thumbnailOf({ path, version }: { path: string; version?: string }, size: number): string {
  return `${API}/thumbnail?${new URLSearchParams({ path, size: String(size), ...(version !== undefined && { v: version }) }).toString()}`;
}

/** The file itself. Its version makes a changed file a new address. */
export function fileOf({ path, version }: Addressed): string {
  return `${API}/file?${new URLSearchParams({ path, v: version }).toString()}`;
}

export function downloadOf(path: string): string {
  return `${API}/file?${new URLSearchParams({ path, download: '1' }).toString()}`;
}

export const zipOf = (id: string): string => `${API}/zip?${new URLSearchParams({ id }).toString()}`;

/** The picture of a file in the trash. */
export function trashedThumbnailOf({ id, version }: { id: string; version: string }): string {
  return `${API}/thumbnail?${new URLSearchParams({ path: id, place: 'trash', size: '256', v: version }).toString()}`;
}
