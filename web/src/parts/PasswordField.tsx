import '../words/password';

import { Eye, EyeOff } from 'lucide-react';
import { type ComponentPropsWithRef, useState } from 'react';

import { count, t } from '../words';
import { Field } from './Field';
import { IconButton } from './IconButton';
import css from './PasswordField.module.css';
import { MIN_LENGTH, strength } from './strength';

type PasswordProps = {
  label: string;
  value: string;
  error?: string | null;
  /** A new password is measured; `about` holds words that make it weak, such as the person's name. */
  fresh?: boolean;
  about?: string;
} & Omit<ComponentPropsWithRef<'input'>, 'type' | 'value'>;

function hintOf(value: string, score: number): string {
  const length = [...value].length;
  if (length === 0) return t('password.rule', { count: MIN_LENGTH });
  if (length < MIN_LENGTH) return count('password.more', MIN_LENGTH - length);
  const words = ['password.weak', 'password.weak', 'password.fair', 'password.good', 'password.strong'] as const;
  return count(words[score] ?? 'password.weak', length);
}

/** A password that can be shown, and measured while a new one is chosen. */
export function PasswordField({ fresh = false, about = '', value, error, ...rest }: PasswordProps) {
  const [shown, show] = useState(false);
  const score = strength(value, about);
  return (
    <div className={css['stack']}>
      <Field
        {...rest}
        value={value}
        large
        type={shown ? 'text' : 'password'}
        autoComplete={fresh ? 'new-password' : 'current-password'}
        autoCapitalize="off"
        autoCorrect="off"
        maxLength={1024}
        error={error ?? null}
        hint={fresh && <Measured score={score} text={hintOf(value, score)} />}
        end={
          <IconButton label={t(shown ? 'password.hide' : 'password.show')} onClick={() => show(!shown)}>
            {shown ? <EyeOff /> : <Eye />}
          </IconButton>
        }
      />
    </div>
  );
}

function Measured({ score, text }: { score: number; text: string }) {
  return (
    <span className={css['measured']}>
      <span className={`${css['bars']} ${css[`s${score}`]}`} aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <i key={bar} className={bar <= score ? css['on'] : ''} />
        ))}
      </span>
      <span aria-live="polite">{text}</span>
    </span>
  );
}
