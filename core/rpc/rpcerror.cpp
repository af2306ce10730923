// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/rpcerror.h>

using namespace Qt::StringLiterals;

namespace semper {

RpcError::RpcError(int code, const QString &message, const QJsonValue &data)
    : std::runtime_error(u"%1 (%2)"_s.arg(message).arg(code).toStdString())
    , m_code(code)
    , m_message(message)
    , m_data(data)
{ }

RpcError::~RpcError() = default;

} // namespace semper
