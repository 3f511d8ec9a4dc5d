package node

import (
	"testing"

	"helium/inference/worker"
)

// Models may be moved to another disk between a task's question and its turn.
func TestWorkOpensItsModelsWhereTheyAreNow(t *testing.T) {
	paths := map[string]string{"a/one": "/new/one", "a/two": "/new/two"}
	asked := text{worker.GPTRequest{Model: worker.Model{ID: "a/one", Path: "/old/one"}}, "a/one"}
	if now := asked.at(paths).(text); now.request.Model.Path != "/new/one" || now.request.Model.ID != "a/one" || asked.request.Model.Path != "/old/one" {
		t.Errorf("a text is made with %+v", now.request.Model)
	}
	drawn := pictures{ids: []string{"a/two", "a/one"}, request: worker.SDRequest{Models: []worker.Model{{ID: "a/two", Path: "/old/two"}, {ID: "a/one", Path: "/old/one"}}}}
	now := drawn.at(paths).(pictures)
	if now.request.Models[0].Path != "/new/two" || now.request.Models[1].Path != "/new/one" || drawn.request.Models[0].Path != "/old/two" {
		t.Errorf("an image is made with %+v", now.request.Models)
	}
}
