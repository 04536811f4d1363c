#version 330
// Shadow and height maps: a plain matrix.
in vec3 in_pos;
uniform mat4 light_matrix;
void main() { gl_Position = light_matrix * vec4(in_pos, 1.0); }
