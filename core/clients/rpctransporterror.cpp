// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/rpctransporterror.h>

namespace semper {

RpcTransportError::RpcTransportError(Kind kind, const QString &text)
    : std::runtime_error(text.toStdString())
    , m_kind(kind)
{ }

RpcTransportError::~RpcTransportError() = default;

} // namespace semper
