package creator

import (
	"math/big"
	"slices"
	"testing"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// As many tasks start in a block as there are nodes for, in the order of the queue.
func TestTasksThatFollowStartInTheSameBlock(t *testing.T) {
	const step, gpt = 7, protocol.GPT
	waiting := func(value int64, ids ...int64) (list []contracts.QueuedTask) {
		for _, id := range ids {
			list = append(list, contracts.QueuedTask{TaskId: big.NewInt(id), Value: big.NewInt(value)})
		}
		return list
	}
	of := func(ids ...protocol.TaskID) (tasks []*Task) {
		for _, id := range ids {
			tasks = append(tasks, &Task{record: Record{TaskID: id, Type: gpt}})
		}
		return tasks
	}
	for _, c := range []struct {
		what       string
		change     func(*line)
		ours       []*Task
		candidates int
		want       []protocol.TaskID
	}{
		{"nodes for all", func(l *line) { l.free[gpt][step] = 12 }, of(1, 2, 3, 4), 3, []protocol.TaskID{2, 3, 4}},
		{"nodes for two", func(l *line) { l.free[gpt][step] = 8 }, of(1, 2, 3, 4), 3, []protocol.TaskID{2}},
		{"nodes of a higher step", func(l *line) { l.free[gpt][step], l.free[gpt][step+1] = 2, 4 }, of(1, 2, 3, 4), 3, []protocol.TaskID{2}},
		{"draws are from more nodes than they take", func(l *line) { l.free[gpt][step] = 12 }, of(1, 2, 3, 4), 6, []protocol.TaskID{2, 3}},
		{"the next is another's", func(l *line) { l.free[gpt][step] = 12 }, of(2, 3), 3, []protocol.TaskID{2, 3}},
		{"another's stands between", func(l *line) { l.free[gpt][step] = 12 }, of(1, 2, 4), 3, []protocol.TaskID{2}},
		{"a dearer task that can't be drawn", func(l *line) {
			l.free[gpt][step] = 12
			l.lists[gpt][step+3] = waiting(100, 9)
		}, of(1, 2, 9), 3, []protocol.TaskID{2}},
		{"a task of another step that is worth more", func(l *line) {
			l.free[gpt][step] = 12
			l.lists[gpt][2] = waiting(15, 8)
		}, of(1, 2, 8), 3, []protocol.TaskID{8, 2}},
	} {
		l := &line{reach: [2]int{gpt: step + 1}}
		l.lists[gpt][step] = append(waiting(20, 1), waiting(10, 2, 3, 4)...)
		c.change(l)
		if got := l.after(1, c.ours, c.candidates); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v follow, want %v", c.what, got, c.want)
		}
	}
}
