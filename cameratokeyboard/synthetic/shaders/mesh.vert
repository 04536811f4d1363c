#version 330
// Projects a mesh exactly as SceneCamera.project does, radial distortion included.
in vec3 in_pos;
in vec3 in_normal;
in vec2 in_uv;
in vec3 in_rest;
in vec4 in_attr;
uniform mat3 cam_rotation;
uniform vec3 cam_translation;
uniform vec4 cam_k;        // focal x, focal y, centre x, centre y in px
uniform vec2 cam_size;     // px
uniform vec3 cam_distortion; // k1, k2, limit of r^2
uniform vec2 cam_range;    // near, far in mm
out vec3 w_pos;
out vec3 w_normal;
out vec2 uv;
out vec3 rest;
out vec4 attr;
out float depth_mm;

void main() {
    vec3 c = cam_rotation * in_pos + cam_translation;
    float z2 = max(c.z * c.z, 1e-4);
    float r2 = min(dot(c.xy, c.xy) / z2, cam_distortion.z);
    vec2 bent = c.xy * (1.0 + r2 * (cam_distortion.x + cam_distortion.y * r2));
    vec2 clip = 2.0 * (cam_k.xy * bent + cam_k.zw * c.z) / cam_size - vec2(c.z);
    float n = cam_range.x, f = cam_range.y;
    gl_Position = vec4(clip, (f + n) / (f - n) * c.z - 2.0 * f * n / (f - n), c.z);
    w_pos = in_pos;
    w_normal = in_normal;
    uv = in_uv;
    rest = in_rest;
    attr = in_attr;
    depth_mm = c.z;
}
