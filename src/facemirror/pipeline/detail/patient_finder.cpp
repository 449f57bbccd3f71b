// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/patient_finder.hpp>

#include <facemirror/pipeline/detail/patient.hpp>

namespace facemirror {

std::optional<Face> PatientFinder::find(const Frame& frame, double time_s, const std::optional<Box>& within) {
    std::vector<Face> faces;
    if (within) {
        faces = m_detector->detect(frame, within);
    }
    if (faces.empty()) {
        faces = find_all(frame);
    }
    std::optional<LastPlace> last;
    if (m_last_box) {
        last = LastPlace{*m_last_box, time_s - m_last_ok_s};
    }
    auto patient = choose_patient(faces, last);
    if (patient) {
        take(*patient);
    }
    return patient;
}

void PatientFinder::take(const Face& face) {
    m_score = face.score;
    m_points = face.points;
}

void PatientFinder::remember_place(const Box& box, double time_s) noexcept {
    m_last_box = box;
    m_last_ok_s = time_s;
}

} // namespace facemirror
