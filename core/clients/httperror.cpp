// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/httperror.h>

namespace semper {

HttpError::HttpError(Kind kind, const QString &text)
    : std::runtime_error(text.toStdString())
    , m_kind(kind)
{ }

HttpError::~HttpError() = default;

} // namespace semper
