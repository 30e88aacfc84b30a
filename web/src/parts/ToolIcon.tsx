import { Box, Brain, Brush, Clapperboard, Database, Dumbbell, FlaskConical, Folder, Globe, Image, Layers, type LucideIcon, NotebookPen, Paintbrush, Sparkles, SquareTerminal, Tags, Workflow, Wrench } from 'lucide-react';

import css from './ToolIcon.module.css';

// The names a tool's manifest may give; any other shows as a box.
const ICONS: Record<string, LucideIcon> = {
  box: Box,
  brain: Brain,
  brush: Brush,
  clapperboard: Clapperboard,
  database: Database,
  dumbbell: Dumbbell,
  'flask-conical': FlaskConical,
  folder: Folder,
  globe: Globe,
  image: Image,
  layers: Layers,
  notebook: NotebookPen,
  'notebook-pen': NotebookPen,
  'notebook-text': NotebookPen,
  paintbrush: Paintbrush,
  sparkles: Sparkles,
  terminal: SquareTerminal,
  tags: Tags,
  workflow: Workflow,
  wrench: Wrench,
};

/** A tool's sign in its frame. */
export function ToolIcon({ name }: { name: string }) {
  const Icon = ICONS[name] ?? Box;
  return (
    <span className={css['frame']} aria-hidden="true">
      <Icon />
    </span>
  );
}
