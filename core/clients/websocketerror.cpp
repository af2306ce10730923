// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/websocketerror.h>

namespace semper {

WebSocketError::WebSocketError(Kind kind, const QString &text, int closeCode)
    : std::runtime_error(text.toStdString())
    , m_kind(kind)
    , m_closeCode(closeCode)
{ }

WebSocketError::~WebSocketError() = default;

} // namespace semper
