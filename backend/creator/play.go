package creator

import "time"

// Play is a task whose steps its maker tells, for programs that measure what lies
// around a creator: nothing is sent and nothing kept. After end it has no more.
func Play(r Record) (t *Task, tell func(Event), end func()) {
	t = (&Creator{now: time.Now}).newTask(r)
	tell = func(e Event) {
		t.mu.Lock()
		if e.Response != nil {
			t.record.Response, t.record.State = e.Response, Verified
		}
		if e.Receipt != nil {
			t.record.Receipt, t.record.State, t.record.Ended = e.Receipt, Settled, t.c.now()
		}
		t.mu.Unlock()
		t.emit(e)
	}
	return t, tell, t.finish
}
