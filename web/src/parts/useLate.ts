import { useEffect, useState } from 'react';

/** Whether 150 ms have passed: what comes sooner needs no skeleton. */
export function useLate(after = 150): boolean {
  const [late, turn] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => turn(true), after);
    return () => clearTimeout(timer);
  }, [after]);
  return late;
}
