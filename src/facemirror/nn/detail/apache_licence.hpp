// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace facemirror::detail {

/// The text of the Apache License 2.0, from data/licences/Apache-2.0.txt.
extern const char* const apache_licence;

} // namespace facemirror::detail
