package task

import "strings"

// ModelRole is what a task takes a model for.
type ModelRole string

// The roles, named as the fields of a task.
const (
	RoleBase             ModelRole = "base_model"
	RoleUNet             ModelRole = "unet"
	RoleVAE              ModelRole = "vae"
	RoleLoRA             ModelRole = "lora"
	RoleControlNet       ModelRole = "controlnet"
	RoleRefiner          ModelRole = "refiner"
	RoleTextualInversion ModelRole = "textual_inversion"
)

// NamedModel is a model that a task names.
type NamedModel struct {
	Role    ModelRole
	Name    string // a Hugging Face id or the URL of a file
	Variant string // which of the repository's weights, as in fp16; empty for the plain ones
	File    string // which of the repository's files; empty if it has one
}

// Models are all that the task names, the base model first.
func (s *SD) Models() []NamedModel {
	list := []NamedModel{{Role: RoleBase, Name: s.BaseModel.Name, Variant: s.BaseModel.Variant}}
	add := func(m NamedModel) {
		if m.Name != "" {
			list = append(list, m)
		}
	}
	add(NamedModel{Role: RoleUNet, Name: s.UNet})
	add(NamedModel{Role: RoleVAE, Name: s.VAE})
	if l := s.LoRA; l != nil {
		add(NamedModel{Role: RoleLoRA, Name: l.Model, File: l.WeightFile})
	}
	if c := s.ControlNet; c != nil {
		add(NamedModel{Role: RoleControlNet, Name: c.Model, Variant: c.Variant})
	}
	if r := s.Refiner; r != nil {
		add(NamedModel{Role: RoleRefiner, Name: r.Model, Variant: r.Variant})
	}
	add(NamedModel{Role: RoleTextualInversion, Name: s.TextualInversion})
	return list
}

// IsURL says whether the name is that of a file and not of a repository.
func (m NamedModel) IsURL() bool { return strings.Contains(m.Name, "://") }

// ID names the model's files, whatever they are taken for: two models of one ID
// are the same files. It is the name, with "@" and the variant or "#" and the
// file where the task says which; the name of a repository has neither.
func (m NamedModel) ID() string {
	id := m.Name
	if m.Variant != "" {
		id += "@" + m.Variant
	}
	if m.File != "" {
		id += "#" + m.File
	}
	return id
}
