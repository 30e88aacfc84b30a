import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { Problem, sentenceOf } from '../../api/client';
import type { OutputView } from '../../api/types';
import { say } from '../../parts/Toasts';
import { output } from './queries';
import { Viewer } from './Viewer';

interface OpenProps {
  path: string;
  items: readonly OutputView[];
  /** Where it stands among them; -1 for one that is not there, such as one from a link. */
  index: number;
  total: number;
  onShow: (path: string) => void;
  onTrash: (item: OutputView) => void;
  onClose: () => void;
}

/** The viewer for a path, with the files beside it. */
export function OpenViewer({ path, items, index, total, onShow, onTrash, onClose }: OpenProps) {
  const [info, inform] = useState(false);
  const listed = items[index];
  const alone = useQuery({ ...output(path), enabled: listed === undefined });
  const item = listed ?? alone.data;
  const gone = listed === undefined && alone.error !== null;
  useEffect(() => {
    if (!gone) return;
    if (alone.error instanceof Problem) say(sentenceOf(alone.error), 'failed');
    onClose();
  }, [gone, alone.error, onClose]);
  if (!item) return null;
  const before = items[index - 1] ?? null;
  const after = (index >= 0 ? items[index + 1] : null) ?? null;
  const trash = () => {
    const next = after ?? before;
    onTrash(item);
    if (next) onShow(next.path);
    else onClose();
  };
  return (
    <Viewer
      item={item}
      nth={index >= 0 ? index + 1 : null}
      of={total}
      before={before}
      after={after}
      info={info}
      onInfo={() => inform(!info)}
      onShow={(to) => onShow(to.path)}
      onTrash={trash}
      onClose={onClose}
    />
  );
}
